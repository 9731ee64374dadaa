'use strict';
const $=id=>document.getElementById(id);
const el=(tag,given={},...kids)=>{const e=document.createElement(tag);
  for(const k in given){const v=given[k];
    if(v===false||v==null)continue;
    if(k.startsWith('on'))e.addEventListener(k.slice(2),v);else e.setAttribute(k,v)}
  e.append(...kids);return e};
async function unpack(id){
  const bytes=Uint8Array.from(atob($(id).textContent),c=>c.charCodeAt(0));
  const stream=new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return JSON.parse(await new Response(stream).text())}
// A cell that begins like a formula would be run as one by a spreadsheet.
const field=t=>{t=String(t??'');if(/^[=@\t\r]|^[+-](?![\d.])/.test(t))t="'"+t;
  return /[",\n\r]/.test(t)?'"'+t.replaceAll('"','""')+'"':t};
function save(name,rows){
  const text='\ufeff'+rows.map(r=>r.map(field).join(',')).join('\r\n')+'\r\n';
  const url=URL.createObjectURL(new Blob([text],{type:'text/csv'}));
  const a=el('a',{href:url,download:name+'.csv'});document.body.append(a);a.click();a.remove();
  setTimeout(()=>URL.revokeObjectURL(url),9999)}
const rowsOf=table=>[...table.rows].map(r=>[...r.cells].map(c=>c.dataset.v??c.textContent));
for(const table of document.querySelectorAll('main table')){
  const name=table.caption.textContent;
  table.parentNode.after(el('button',{type:'button','aria-label':'Save as CSV: '+name,
    onclick:()=>save(table.id,rowsOf(table))},'Save as CSV'))}
const D=JSON.parse($('index').textContent);
const linkOf=w=>{const p=new URLSearchParams();
  for(const k of ['arm','locale','patient'])if(w[k])p.set(k,w[k]);
  if(w.judge&&w.judge!=='ensemble'&&!w.judge.includes('~'))p.set('judge',w.judge);
  return '#read&'+p};
let numbers=null;const HEAD=['measure','value','low','high','patients','missing','method'];
const short=v=>v==null?'–':Math.abs(v)>=100?v.toFixed(0):v.toPrecision(3);
const placed=w=>Object.entries(w).map(([k,v])=>k+' '+v).join(', ');
async function find(){
  numbers??=await unpack('every');
  const words=$('find').value.toLowerCase().split(/\s+/).filter(Boolean);
  const hits=numbers.filter(n=>{const t=(n[0]+' '+placed(n[1])).toLowerCase();
    return words.every(w=>t.includes(w))});
  $('found').textContent=hits.length+' numbers'+(hits.length>200?', the first 200 shown':'');
  const body=el('tbody');
  for(const [m,w,v,lo,hi,n,miss,how] of hits.slice(0,200))
    body.append(el('tr',{},el('th',{scope:'row'},m),el('td',{},placed(w)),
      el('td',{class:'n'},el('a',{href:linkOf(w)},short(v))),el('td',{class:'n'},short(lo)),
      el('td',{class:'n'},short(hi)),el('td',{class:'n'},n),el('td',{class:'n'},miss),
      el('td',{},how)));
  const head=['measure','place',...HEAD.slice(1)].map(h=>el('th',{scope:'col'},h));
  $('every-table').replaceChildren(el('table',{},el('thead',{},el('tr',{},...head)),body))}
let soon=0;
$('find').addEventListener('input',()=>{clearTimeout(soon);soon=setTimeout(find,150)});
$('all-csv').addEventListener('click',async()=>{numbers??=await unpack('every');
  const keys=[...new Set(numbers.flatMap(n=>Object.keys(n[1])))];
  save('numbers',[['measure',...keys,...HEAD.slice(1)],
    ...numbers.map(n=>[n[0],...keys.map(k=>n[1][k]??''),...n.slice(2)])])});
const seen=new IntersectionObserver(all=>{if(all.some(e=>e.isIntersecting)){
  seen.disconnect();find()}},{rootMargin:'400px'});
seen.observe($('numbers'));
addEventListener('beforeprint',()=>document.querySelectorAll('main>section>details')
  .forEach(d=>{d.open=true}));
