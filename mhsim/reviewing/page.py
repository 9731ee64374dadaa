"""The rating form as one page: no network, works from disk, saves the answers to a file."""

from __future__ import annotations

import html
import json
from typing import Any

from mhsim.spec.form import ReviewForm

_RIGHT_TO_LEFT = ("ar", "ur", "fa", "he", "ps")


def page(data: dict[str, Any], form: ReviewForm) -> str:
    """Return the page.

    Args:
        data: what is shown: `head`, and `conversations` with code and utterances.
        form: the form in the rater's language.
    """
    direction = "rtl" if form.language in _RIGHT_TO_LEFT else "ltr"
    shown = {**data, "form": form.model_dump(mode="json")}
    # `<` is written as an escape: no text of a conversation can end the script it stands in.
    told = json.dumps(shown, ensure_ascii=False).replace("<", "\\u003c").replace("\u2028", " ")
    return (
        f'<!doctype html><html lang="{form.language}" dir="{direction}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "script-src 'unsafe-inline'; style-src 'unsafe-inline'; form-action 'none'\">"
        f"<title>{html.escape(form.words.title)}</title><style>{_STYLE}</style>"
        f'<main id="page"></main><script type="application/json" id="data">{told}</script>'
        f"<script>{_SCRIPT}</script></html>"
    )


_STYLE = """
:root{color-scheme:light dark;--line:#8886;--mine:#4a7dbd22}
body{font:1.05rem/1.6 system-ui,"Noto Sans","Noto Sans Bengali","Noto Sans Devanagari",sans-serif;
margin:0}
main{max-width:44rem;margin:auto;padding:1rem}
article p{margin:.4rem 0;padding:.5rem .7rem;border-inline-start:3px solid var(--line)}
article p.patient{background:var(--mine)}article small{display:block;opacity:.75}
fieldset{border:1px solid var(--line);margin:.8rem 0}legend{font-weight:600}
label{display:inline-block;margin-inline-end:.9rem;padding:.2rem 0}
.missing{outline:2px solid #b3541e}button,select,input,textarea{font:inherit;padding:.3rem .6rem}
textarea{width:100%;box-sizing:border-box}nav{display:flex;gap:.6rem;flex-wrap:wrap;margin:1rem 0}
@media print{nav{display:none}}
"""

_SCRIPT = """
'use strict';
const D=JSON.parse(document.getElementById('data').textContent),W=D.form.words;
const page=document.getElementById('page'),C=D.conversations,H=D.head;
const key='mhsim-review-'+H.rater+'-'+H.plan;
let state={at:-1,consent:false,answers:{}};
try{state=JSON.parse(localStorage.getItem(key))||state}catch(e){}
const keep=()=>{try{localStorage.setItem(key,JSON.stringify(state))}catch(e){}};
const el=(t,a={},...kids)=>{const e=document.createElement(t);for(const k in a)
 k.startsWith('on')?e.addEventListener(k.slice(2),a[k]):a[k]!==false&&e.setAttribute(k,a[k]);
 e.append(...kids);return e};
const fill=(t,n)=>t.replace('{n}',n).replace('{of}',C.length);
const scale=Object.values(D.form.scales).find(s=>Object.keys(H.instrument).every(i=>i in s.items));
const answer=c=>state.answers[c]??={marks:{}};
const choice=(c,name,head,options)=>{const f=el('fieldset',{id:'q-'+name},el('legend',{},head));
 for(const [v,t] of options){const i=el('input',{type:'radio',name,value:v,
  onchange:()=>{answer(c)[name]=v;keep()}});i.checked=answer(c)[name]===v;
  f.append(el('label',{},i,' '+t))}return f};
const steps=(a,b)=>Array.from({length:b-a+1},(_,n)=>[String(a+n),String(a+n)]);
function ask(c){const out=[el('h2',{},W.items)];
 for(const i in H.instrument){const o=Object.entries(scale.anchors)
  .filter(([v])=>+v<=H.instrument[i]);out.push(choice(c,i,scale.items[i],[...o.map(([v,t])=>
  [v,v+' '+t]),['NA',W.not_assessed]]))}
 out.push(choice(c,'severity',W.severity,steps(0,4)),choice(c,'confidence',W.confidence,steps(1,5)),
  choice(c,'naturalness',W.naturalness,steps(1,5)),
  choice(c,'authenticity',W.authenticity,steps(1,5)),
  choice(c,'verdict',W.verdict,Object.entries(D.form.verdicts)),
  choice(c,'translated',W.translated,[['yes',W.answer_yes],['no',W.answer_no]]));
 const t=el('textarea',{rows:3,dir:'auto',id:'comment',
  oninput:e=>{answer(c).comment=e.target.value;keep()}});
 t.value=answer(c).comment||'';
 const m=el('input',{type:'number',min:0,id:'minutes',
  oninput:e=>{answer(c).minutes=e.target.value;keep()}});
 m.value=answer(c).minutes||'';
 out.push(el('p',{},el('label',{for:'comment'},W.comment),t),
  el('p',{},el('label',{for:'minutes'},W.minutes),m));return out}
function said(c){const a=el('article',{});for(const u of c.said){
 const p=el('p',{class:u.patient?'patient':''},
  el('small',{},(u.patient?W.patient:W.therapist)+' '+u.turn),el('span',{dir:'auto'},u.text));
 if(u.patient){const s=el('select',{'aria-label':W.mark,onchange:e=>{const v=e.target.value;
   if(v)answer(c.code).marks[u.turn]=v;else delete answer(c.code).marks[u.turn];keep()}},
   el('option',{value:''},'–'),...['flattened','caricature'].map(v=>
   el('option',{value:v},D.form.verdicts[v])));
  s.value=answer(c.code).marks[u.turn]||'';p.append(el('small',{},s))}
 a.append(p)}return a}
const asked=[...Object.keys(H.instrument),'severity','confidence','naturalness','authenticity',
 'verdict','translated'];
const open=c=>asked.filter(q=>!(q in answer(c.code)));
function save(){const lack=C.findIndex(c=>open(c).length);
 if(lack>=0){state.at=lack;show();open(C[lack]).forEach(q=>
  document.getElementById('q-'+q).classList.add('missing'));
  alert(fill(W.missing,lack+1));return}
 const blob=new Blob([JSON.stringify({...H,consent:W.consent,saved:new Date().toISOString(),
  ratings:C.map(c=>({code:c.code,...answer(c.code)}))},null,1)],{type:'application/json'});
 const a=el('a',{href:URL.createObjectURL(blob),download:'ratings-'+H.rater+'.json'});
 document.body.append(a);a.click();a.remove();alert(W.saved)}
function go(n){state.at=n;keep();show();scrollTo(0,0)}
function show(){page.replaceChildren();
 if(state.at<0||!state.consent){const b=el('input',{type:'checkbox',
   onchange:e=>{state.consent=e.target.checked;keep();n.disabled=!state.consent}});
  b.checked=state.consent;const n=el('button',{onclick:()=>go(0)},W.next);n.disabled=!state.consent;
  page.append(el('h1',{},W.title),el('p',{},W.research),el('p',{},W.warning),
   el('p',{},el('label',{},b,' '+W.consent)),n);return}
 const c=C[state.at];const nav=()=>el('nav',{},
  el('button',{onclick:()=>go(state.at-1)},W.back),
  state.at<C.length-1?el('button',{onclick:()=>go(state.at+1)},W.next):'',
  el('button',{onclick:save},W.save));
 page.append(el('h1',{},fill(W.position,state.at+1)),el('p',{},W.mark),said(c),...ask(c.code),nav())}
show();
"""
