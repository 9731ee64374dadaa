// The reader: a list of conversations, and one of them, unpacked when it is opened.
const ID=0,ARM=1,LOCALE=2,PATIENT=3,REPEAT=4,END=5,TURNS=6,FLAGS=7,TRUTH=8,FINALS=9;
const T=D.talks,SHOWN=100;
const picks={arm:ARM,locale:LOCALE,patient:PATIENT};
const judges=[...new Set(T.flatMap(t=>Object.keys(t[FINALS])))].sort();
const chosen={arm:'',locale:'',patient:'',judge:'',only:''};
let open=-1,shown=SHOWN;
const select=(name,values,first)=>{const s=el('select',{id:'pick-'+name,
    onchange:e=>go({[name]:e.target.value})},el('option',{value:''},first),
    ...values.map(v=>el('option',{value:v},v)));
  return el('label',{},name==='only'?'show ':name+' ',s)};
const values=n=>[...new Set(T.map(t=>t[n]))];
$('filter').append(...Object.keys(picks).map(k=>select(k,values(picks[k]),'all')),
  select('judge',judges,'all'),select('only',['flagged','failed'],'all'));
$('filter').addEventListener('submit',e=>e.preventDefault());
function address(){const p=new URLSearchParams();
  for(const k in chosen)if(chosen[k])p.set(k,chosen[k]);
  if(open>=0)p.set('id',T[open][ID]);
  return '#read&'+p}
function go(change){Object.assign(chosen,change);shown=SHOWN;
  history.replaceState(null,'',address());list()}
const wanted=t=>Object.keys(picks).every(k=>!chosen[k]||t[picks[k]]===chosen[k])
  &&(chosen.only!=='flagged'||t[FLAGS]>0)&&(chosen.only!=='failed'||t[END]==='failure');
const total=t=>judges.filter(j=>!chosen.judge||j===chosen.judge).map(j=>{
  const f=t[FINALS][j];return j+' '+(f?(f[0]===f[1]?f[0]:f[0]+'–'+f[1]):'unrated')}).join(', ');
function list(){
  for(const k in chosen){const s=$('pick-'+k);if(s)s.value=chosen[k]}
  const hits=T.map((t,n)=>n).filter(n=>wanted(T[n]));
  $('count').textContent=hits.length+' of '+T.length+' conversations';
  $('list').replaceChildren(...hits.slice(0,shown).map(n=>{const t=T[n];
    return el('li',{},el('button',{type:'button','aria-current':n===open?'true':false,
      onclick:()=>read(n)},t[PATIENT]||t[ID],el('small',{},
      `${t[ARM]} ${t[LOCALE]}, ${t[REPEAT]}; ${t[TURNS]} turns, ${t[FLAGS]} flags, ${t[END]}`),
      el('small',{},`intended ${t[TRUTH]??'unknown'}; ${total(t)}`)))}));
  if(hits.length>shown)$('list').append(el('li',{},el('button',{type:'button',
    onclick:()=>{shown+=SHOWN;list()}},'Show more')));
  return hits}
// Places are code points: a script that counts UTF-16 units would slip after an emoji.
function marked(text,spans){
  const points=Array.from(text),cuts=new Set([0,points.length]);
  for(const s of spans){cuts.add(s.start);cuts.add(s.end)}
  const at=[...cuts].filter(c=>c>=0&&c<=points.length).sort((a,b)=>a-b),out=[];
  for(let i=0;i+1<at.length;i++){
    const part=points.slice(at[i],at[i+1]).join('');
    const here=spans.filter(s=>s.start<=at[i]&&s.end>=at[i+1]);
    out.push(here.length?el('mark',{class:[...new Set(here.map(s=>s.css))].join(' '),
      title:here.map(s=>s.why).join('; ')},part):part)}
  return out}
const WITHHELD='[words about self-harm are withheld]';
const quiet=t=>el('bdi',{dir:'auto'},t);
function quotesOf(rows){const by={},had=new Set();
  for(const [kind,,judge,,,,items] of rows)if(kind==='r'&&(!chosen.judge||chosen.judge===judge))
    for(const item in items)for(const q of items[item][3])if(q.length===3){
      const key=[judge,item,...q].join('|');if(had.has(key))continue;had.add(key);
      (by[q[0]]??=[]).push({start:q[1],end:q[2],css:'quote',why:judge+': '+item})}
  return by}
function notes(critique){const [,,role,,verdict,flags,invented]=critique;
  const out=[el('p',{class:'note'},role+': '+verdict)];
  for(const [,,kind,reason,better,marker] of flags)
    out.push(el('p',{class:'note'},'flag '+kind+(marker?' ('+marker+')':'')+
      (reason?': ':''),reason?quiet(reason):'',better?', rather: ':'',better?quiet(better):''));
  for(const q of invented)out.push(el('p',{class:'note'},'flagged words nobody said: ',quiet(q)));
  return out}
function said(row,rows,quotes,last){
  const [,turn,role,revision,text]=row;
  const looked=rows.filter(r=>r[0]==='c'&&r[1]===turn&&r[3]===revision&&last.of(r)===role);
  const risk=rows.filter(r=>r[0]==='k'&&r[1]===turn&&r[2]===role);
  const final=last[turn+role]===revision;
  const spans=looked.flatMap(r=>r[5].map(([s,e,k,why])=>({start:s,end:e,css:'flag',
    why:k+': '+(why??'')})));
  if(final)spans.push(...risk.flatMap(r=>r[4].map(([s,e])=>({start:s,end:e,css:'risk',
    why:'risk '+r[3]}))));
  if(final&&D.patients.includes(role))spans.push(...(quotes[turn]??[]));
  const body=text==null?[el('em',{},WITHHELD)]:marked(text,spans);
  return el('div',{class:'said'+(D.patients.includes(role)?' patient':'')+(final?'':' draft')},
    el('small',{},`turn ${turn}, ${role}`+(final?'':', draft sent back')),
    el('p',{dir:'auto'},...body),...looked.flatMap(notes),
    ...(final?risk:[]).map(r=>el('p',{class:'note'},'risk screen: '+r[3])))}
function rating(row,texts){
  const [,,judge,low,high,band,items,why]=row;
  const scale=Object.values(D.scales).find(s=>Object.keys(items).every(i=>s.includes(i)))??[];
  const cited=q=>q.length===1?['not said: ',quiet(q[0])]:
    [quiet(Array.from(texts[q[0]]??'').slice(q[1],q[2]).join('')||WITHHELD),` (turn ${q[0]})`];
  const lines=Object.entries(items).map(([item,[lo,hi,state,qs]])=>el('tr',{},
    el('th',{scope:'row'},item.replaceAll('_',' ')),
    el('td',{class:'n'},lo===hi?lo:lo+'–'+hi),el('td',{},state),
    el('td',{},...qs.flatMap((q,n)=>[n?'; ':'',...cited(q)]))));
  const open=scale.filter(i=>!(i in items)).map(i=>i.replaceAll('_',' '));
  return el('details',{},el('summary',{},`${judge}: ${low===high?low:low+'–'+high}`+
      (band?', '+band:'')+`, ${lines.length} items assessed`),
    el('table',{},el('thead',{},el('tr',{},...['item','value','state','words it rests on']
      .map(h=>el('th',{scope:'col'},h)))),el('tbody',{},...lines)),
    open.length?el('p',{class:'note'},'not assessed: '+open.join(', ')):'',
    why?el('p',{class:'note',dir:'auto'},why):'')}
async function read(n,focus=true){
  open=n;const t=T[n],rows=await unpack('talk'+n);
  if(open!==n)return;
  const last={},texts={},quotes=quotesOf(rows);
  for(const r of rows)if(r[0]==='u'){last[r[1]+r[2]]=r[3];
    if(D.patients.includes(r[2]))texts[r[1]]=r[4]}
  last.of=c=>{const before=rows.slice(0,rows.indexOf(c)).reverse();
    return before.find(r=>r[0]==='u'&&r[1]===c[1])?.[2]};
  const out=[el('h3',{},t[ID])];
  for(const row of rows){
    if(row[0]==='u')out.push(said(row,rows,quotes,last));
    if(row[0]==='r'&&(!chosen.judge||chosen.judge===row[2]))out.push(rating(row,texts));
    if(row[0]==='f')out.push(el('p',{class:'note fail'},
      `${row[2]??'session'} could not answer: ${row[3]}`+(row[4]?': '+row[4]:'')))}
  out.push(el('p',{class:'note'},'ended: '+t[END]));
  $('talk').replaceChildren(...out);
  history.replaceState(null,'',address());list();
  if(focus){$('talk').focus({preventScroll:true});$('read').scrollIntoView()}}
async function follow(jump=true){
  if(!location.hash.startsWith('#read&'))return false;
  const p=new URLSearchParams(location.hash.slice(6));
  for(const k in chosen)chosen[k]=p.get(k)??'';
  shown=SHOWN;const id=p.get('id');open=id?T.findIndex(t=>t[ID]===id):-1;
  const hits=list();
  if(jump)$('read').scrollIntoView();
  const first=open>=0?open:hits[0];
  if(first!==undefined)await read(first,jump);
  return true}
addEventListener('hashchange',()=>follow());
follow().then(found=>{if(!found)list();document.documentElement.dataset.ready='yes'});
