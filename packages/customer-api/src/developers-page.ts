// The page for authors of clients: drawn in the browser from /openapi.json of the very host that serves it. No framework, nothing from elsewhere.

const STYLE = `
:root{color-scheme:light dark;--line:#8884;--soft:#8889;--get:#1a7f37;--put:#9a6700;--delete:#b3261e}
*{box-sizing:border-box}body{margin:0;font:16px/1.5 system-ui,sans-serif}
main{max-width:52rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.1rem;margin:2rem 0 .5rem}h3{font-size:.85rem;margin:.75rem 0 .25rem;color:var(--soft)}
code,pre,summary b{font:.85rem/1.5 ui-monospace,monospace}
pre{overflow:auto;padding:.75rem;border:1px solid var(--line);border-radius:.4rem;margin:.25rem 0}
details{border-bottom:1px solid var(--line);padding:.35rem 0}summary{cursor:pointer}summary span{color:var(--soft)}
summary b{display:inline-block;min-width:4.5rem}b.get{color:var(--get)}b.put,b.post,b.patch{color:var(--put)}b.delete{color:var(--delete)}
table{border-collapse:collapse;width:100%}td{padding:.15rem .75rem .15rem 0;vertical-align:top;border-top:1px solid var(--line)}
td:last-child{color:var(--soft)}input{font:inherit;width:100%;max-width:26rem;padding:.3rem}button{font:inherit}`;

const SCRIPT = `
'use strict';
const element = (tag, text, className) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text ?? '';
  return made;
};
const typeOf = (schema) =>
  !schema ? '' : schema.const !== undefined ? JSON.stringify(schema.const)
  : schema.anyOf ? schema.anyOf.map(typeOf).join(' or ')
  : schema.type === 'array' ? 'list of ' + (typeOf(schema.items) || 'anything')
  : schema.type ?? 'anything';
const rowsOf = (schema, before = '') => {
  if (schema?.anyOf) return schema.anyOf.flatMap((one) => rowsOf(one, before));
  if (schema?.type === 'array') return rowsOf(schema.items, before + '[].');
  return Object.entries(schema?.properties ?? {}).flatMap(([name, property]) => {
    const must = schema.required?.includes(name) ? '' : 'optional ';
    const row = [before + name, must + typeOf(property), property.description ?? ''];
    return [row, ...rowsOf(property, before + name + (property.type === 'array' ? '' : '.'))];
  });
};
const table = (rows) => {
  const made = element('table');
  for (const cells of rows) {
    const row = element('tr');
    cells.forEach((cell, place) => {
      const one = element('td');
      one.append(place === 0 ? element('code', cell) : cell);
      row.append(one);
    });
    made.append(row);
  }
  return made;
};
const said = (description, schema) => {
  const rows = rowsOf(schema);
  return rows.length ? table(rows) : element('p', schema?.description ?? description ?? '');
};
const curlOf = (method, path, operation) => {
  const asked = (operation.parameters ?? []).filter((one) => one.in === 'query' && one.required);
  const query = asked.map((one, place) => (place ? '&' : '?') + one.name + '=…').join('');
  const token = operation.security ? " -H 'authorization: Bearer TOKEN'" : '';
  const schema = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  const fields = Object.keys(schema?.properties ?? {}).map((name) => " -d '" + name + "=…'").join('');
  return 'curl -sX ' + method.toUpperCase() + " '" + location.origin + path + query + "'" + token + fields;
};
const drawn = (method, path, operation) => {
  const details = element('details');
  const summary = element('summary');
  summary.append(element('b', method.toUpperCase(), method), element('code', path), ' ', element('span', operation.summary));
  details.append(summary, element('pre', curlOf(method, path, operation)));
  const parameters = operation.parameters ?? [];
  if (parameters.length) {
    details.append(element('h3', 'Parameters'));
    details.append(table(parameters.map((one) =>
      [one.name, (one.required ? '' : 'optional ') + typeOf(one.schema) + ' in the ' + one.in, one.schema?.description ?? ''])));
  }
  const contents = Object.entries(operation.requestBody?.content ?? {});
  if (contents.length) {
    details.append(element('h3', 'Body: ' + contents.map(([type]) => type).join(' or ')));
    details.append(said('', contents[0][1].schema));
  }
  const problems = [];
  for (const [status, response] of Object.entries(operation.responses ?? {})) {
    const schema = Object.values(response.content ?? {})[0]?.schema;
    if (schema?.$ref) { problems.push(status); continue; }
    details.append(element('h3', 'Answer ' + status), said(response.description, schema));
  }
  if (problems.length) details.append(element('h3', 'Refusals: ' + problems.join(', ').replace('default', 'any other')));
  return details;
};
const draw = async () => {
  const response = await fetch('/openapi.json');
  if (!response.ok) throw new Error('/openapi.json: ' + response.status);
  const { info, paths } = await response.json();
  document.getElementById('title').textContent = info.title + ' ' + info.version;
  const all = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => [method, path, operation]));
  const within = document.getElementById('operations');
  let group;
  for (const [method, path, operation] of all.sort((a, b) => a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0)) {
    const first = '/' + path.split('/')[1];
    if (first !== group) within.append(element('h2', group = first));
    within.append(drawn(method, path, operation));
  }
  document.body.dataset.operations = all.length;
};
document.getElementById('find').addEventListener('input', ({ target }) => {
  for (const one of document.querySelectorAll('details'))
    one.hidden = !one.querySelector('summary').textContent.toLowerCase().includes(target.value.toLowerCase());
});
draw().catch((error) => { document.getElementById('operations').textContent = String(error.message ?? error); });`;

/** HTML that is whole: a style, a script, and what it fetches from its own host is /openapi.json alone. */
export const DEVELOPERS_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Tallystick for developers</title>
<style>${STYLE}</style>
<main>
<h1 id="title">Tallystick for developers</h1>
<p>The bank's API for programs of its customers, compatible with the public Monzo developer API: point an existing client here. The
description that this page is made of is <a href="/openapi.json">/openapi.json</a>.</p>
<h2>A token</h2>
<p>Send the customer's browser to <code>/oauth2/authorise?client_id=…&amp;redirect_uri=…&amp;response_type=code&amp;state=…</code>, exchange the
code that comes back, and wait for the customer to approve the access at <code>/oauth2/approvals</code>. Until then every answer but
that of <code>/ping/whoami</code> is 403.</p>
<pre>curl -sX POST /oauth2/token -d grant_type=authorization_code -d client_id=… -d client_secret=… -d redirect_uri=… -d code=…</pre>
<h2>What holds everywhere</h2>
<p>Bodies are forms or JSON. Amounts are integers in minor units, times RFC 3339 in UTC. Success is exactly 200, and every answer is
JSON. A refusal is <code>{"code", "message", "params", "retryable"}</code>: program against <code>code</code>. After a 429 wait as many
seconds as <code>Retry-After</code> says. Write answers carry <code>X-Ledger-Position</code>; a read that sends it back as
<code>X-Min-Ledger-Position</code> sees what was written.</p>
<h2>Operations</h2>
<p><input id="find" type="search" placeholder="Find" aria-label="Find an operation"></p>
<div id="operations"></div>
</main>
<script>${SCRIPT}</script>
</html>
`;
