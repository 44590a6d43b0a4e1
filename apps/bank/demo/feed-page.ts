// The built-in page: one customer's feed, live. No framework, nothing from elsewhere; the token stays behind the # and is never sent as a path.

const STYLE = `
:root{color-scheme:light dark;--line:#8884;--soft:#8889;--plus:#1a7f37}
*{box-sizing:border-box}body{margin:0;font:16px/1.45 system-ui,sans-serif}
main{max-width:40rem;margin:0 auto;padding:1rem}
header{display:flex;justify-content:space-between;align-items:baseline;gap:1rem}
h1{font-size:1.25rem;margin:.5rem 0}h2{font-size:.8rem;font-weight:600;color:var(--soft);margin:1.25rem 0 .25rem}
#state{font-size:.85rem;color:var(--soft)}
#spend{display:flex;flex-wrap:wrap;gap:.25rem .75rem;font-size:.85rem;color:var(--soft);padding:0;margin:.25rem 0;list-style:none}
ol{list-style:none;margin:0;padding:0}
li.item{display:grid;grid-template-columns:1fr auto;gap:.1rem 1rem;padding:.55rem 0;border-bottom:1px solid var(--line)}
li.item small{color:var(--soft);overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
li.item b{font-weight:600;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
li.item .amount{text-align:right;font-variant-numeric:tabular-nums}li.item .in{color:var(--plus)}
li.item .note{text-align:right}li.declined .amount{text-decoration:line-through;color:var(--soft)}
li.new{animation:new 1.6s}@keyframes new{from{background:#fc36}}
@media (prefers-reduced-motion:reduce){li.new{animation:none}}
button{font:inherit;margin:1rem 0;padding:.4rem .9rem}`;

const SCRIPT = `
'use strict';
const given = new URLSearchParams(location.hash.slice(1));
for (const name of ['token', 'account']) if (given.get(name)) sessionStorage.setItem(name, given.get(name));
const token = sessionStorage.getItem('token'), account = sessionStorage.getItem('account');
const items = new Map(), list = document.getElementById('items'), state = document.getElementById('state');
let cursor, oldest;
const ask = async (path, headers = {}) => {
  const response = await fetch(path, { headers: { authorization: 'Bearer ' + token, ...headers } });
  if (!response.ok) throw new Error((await response.json()).message);
  return response;
};
const query = (more) => '?' + new URLSearchParams({ account_id: account, ...more });
const digits = { JPY: 0, KRW: 0, KWD: 3, BHD: 3, CLF: 4 };
const money = (amount, currency) => {
  const places = digits[currency] ?? 2, sign = amount < 0 ? '-' : '';
  const text = String(Math.abs(amount)).padStart(places + 1, '0');
  return sign + (places ? text.slice(0, -places) + '.' + text.slice(-places) : text) + ' ' + currency;
};
const element = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
};
const noteOf = (item) =>
  item.status === 'DECLINED' ? 'declined: ' + (item.decline_reason ?? '').replaceAll('_', ' ')
  : item.refunded > 0 ? money(item.refunded, item.currency) + ' refunded'
  : item.kind === 'card' && item.status === 'PENDING' ? 'pending' : item.status === 'SETTLED' ? '' : item.status.toLowerCase();
const nameOf = (item) => item.basic?.title ?? item.merchant?.name ?? (item.kind === 'card' ? item.description : item.kind);
const render = (item, fresh) => {
  const row = element('li', 'item' + (item.status === 'DECLINED' ? ' declined' : '') + (fresh ? ' new' : ''), '');
  row.append(
    element('b', '', nameOf(item)),
    element('span', 'amount' + (item.amount > 0 ? ' in' : ''), item.currency ? money(item.amount, item.currency) : ''),
    element('small', '', new Date(item.created).toLocaleString() + ' · ' + item.category.replaceAll('_', ' ') +
      (item.local_currency && item.local_currency !== item.currency ? ' · ' + money(item.local_amount, item.local_currency) : '')),
    element('small', 'note', noteOf(item)));
  row.title = item.description + ' (' + item.id + ')';
  return row;
};
const keyOf = (id) => id.slice(id.indexOf('_') + 1);
const show = (item, fresh) => {
  const known = items.get(item.id);
  if (known && known.revision > item.revision) return;
  const row = render(item, fresh), key = keyOf(item.id);
  if (known) known.row.replaceWith(row);
  else {
    if (oldest && key < oldest) return;
    let after = list.firstElementChild;
    while (after && after.dataset.key > key) after = after.nextElementSibling;
    list.insertBefore(row, after);
  }
  row.dataset.key = key;
  items.set(item.id, { revision: item.revision, row });
};
const month = () => new Date().toISOString().slice(0, 7);
let asked = 0;
const totals = async () => {
  const mine = ++asked;
  const from = month() + '-01', to = new Date().toISOString().slice(0, 10);
  const spending = await (await ask('/feed/spending' + query({ from, to, by: 'month' }))).json();
  if (mine !== asked) return;
  const lines = spending.spending.sort((a, b) => b.amount - a.amount).map((line) =>
    element('li', '', line.category.replaceAll('_', ' ') + ' ' + money(line.amount, line.currency)));
  document.getElementById('spend').replaceChildren(...lines);
};
let soon;
const later = () => { soon ??= setTimeout(() => { soon = undefined; totals().catch(() => {}); }, 300); };
const page = async (before) => {
  const { items: found, cursor: at } = await (await ask('/feed/items' + query({ limit: 50, ...(before ? { before } : {}) }))).json();
  cursor ??= at;
  const last = found.at(-1);
  if (last) oldest = keyOf(last.id);
  for (const item of found) show(item, false);
  const more = document.getElementById('more');
  more.hidden = found.length < 50;
  more.onclick = () => page(last.id);
};
const watch = async () => {
  const stream = await ask('/feed/live' + query({}), { 'last-event-id': cursor });
  state.textContent = 'live';
  const reader = stream.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    for (let end; (end = text.indexOf('\\n\\n')) >= 0; text = text.slice(end + 2)) {
      const fields = Object.fromEntries(text.slice(0, end).split('\\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
      if (fields.id) cursor = fields.id;
      if (fields.data) { show(JSON.parse(fields.data), true); later(); }
    }
  }
};
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
(async () => {
  if (!token || !account) { state.textContent = 'open the address that the bank printed: it holds your token'; return; }
  for (;;) {
    try {
      if (!cursor) { await page(); await totals(); }
      await watch();
    } catch (error) { state.textContent = 'not connected: ' + error.message; }
    await wait(1000);
  }
})();`;

/** HTML of the page at `/`. It reads `#token=…&account=…`. */
export const FEED_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Tallystick</title>
<style>${STYLE}</style>
<main>
<header><h1>Tallystick</h1><span id="state" role="status">connecting</span></header>
<h2>This month</h2>
<ul id="spend"></ul>
<h2>Feed</h2>
<ol id="items"></ol>
<button id="more" hidden>Older</button>
</main>
<script>${SCRIPT}</script>
</html>
`;
