// The pages that people see: plain HTML that fetches nothing.
import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import type { ListedClient } from './approvals.js';
import { type Html, html } from './html.js';

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:4rem auto;padding:0 1rem;color:#14233c}' +
  'label{display:block;margin:1rem 0}input{font:inherit;display:block;width:100%;padding:.5rem;box-sizing:border-box}' +
  'button{font:inherit;padding:.5rem 1rem;margin-right:.5rem}[role=alert]{color:#a11}';
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/**
 * @param formTargets where the page's forms may lead to beyond this host, as sources of a content security policy
 */
export function sendPage(
  reply: FastifyReply,
  status: number,
  title: string,
  body: Html,
  formTargets: readonly string[] = [],
): FastifyReply {
  const policy = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action ${["'self'", ...formTargets].join(' ')}; frame-ancestors 'none'; base-uri 'none'`;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>`;
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .headers({
      'content-security-policy': policy,
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
    .send(`${page.text}${STYLE}${html`</style></head><body><h1>${title}</h1>${body}</body></html>`.text}\n`);
}

/** @param hidden goes back with the form */
export function loginForm(
  action: string,
  intro: string,
  hidden: Readonly<Record<string, string>>,
  complaint: string | null,
): Html {
  return html`<p>${intro}</p>${complaint === null ? '' : html`<p role="alert">${complaint}</p>`}
<form method="post" action="${action}">${hiddenFields(hidden)}
<label>Login name <input name="login_name" autocomplete="username" required autofocus></label>
<label>Passphrase <input name="passphrase" type="password" autocomplete="current-password" required></label>
<button>Log in</button></form>`;
}

export function errorPage(message: string): Html {
  return html`<p role="alert">${message}</p>`;
}

export function approvalsPage(action: string, session: string, clients: readonly ListedClient[]): Html {
  if (clients.length === 0) return html`<p>No program asks for access to your accounts.</p>`;
  return html`${clients.map(({ clientId, name, request, approvedAtMs }) => {
    const state = approvedAtMs === null ? 'asks for access to your accounts.' : 'has access to your accounts.';
    const approve = approvedAtMs === null ? 'Approve' : 'Show all history again';
    const deny = approvedAtMs === null ? 'Deny' : 'End';
    const fields = hiddenFields({ session, client_id: clientId, request });
    return html`<form method="post" action="${action}"><p><strong>${name}</strong> ${state}</p>${fields}
<button name="decision" value="approve">${approve}</button><button name="decision" value="deny">${deny}</button></form>`;
  })}`;
}

function hiddenFields(fields: Readonly<Record<string, string>>): readonly Html[] {
  return Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
}
