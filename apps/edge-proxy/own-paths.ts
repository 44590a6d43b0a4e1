// The few paths that the public door answers itself: whether it is open, and what there is behind it.
import { NOT_FOUND } from '@tallystick/transport/service';
import type { Arrival } from './door.js';
import type { PublicDocument } from './public-document.js';
import { canonicalPath } from './routing-table.js';

export interface OwnPathsPorts {
  /** HTML by path. */
  readonly pages: Readonly<Record<string, string>>;
  readonly document: PublicDocument;
  readonly isReady: () => boolean;
}

const JSON_TYPE = 'application/json; charset=utf-8';
/** Everything of a page is in it; it may ask this very door. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; form-action 'none'";
const NOT_READY = { status: 503, code: 'not_ready', message: 'ask another instance', retryable: true };

/** Answers, or says that the path is not one of these. */
export async function answerOwnPath({ caller, request }: Arrival, ports: OwnPathsPorts): Promise<boolean> {
  const [path = ''] = (request.url ?? '').split('?', 1);
  const page = ports.pages[canonicalPath(path) ?? ''];
  const isOwn = page !== undefined || OWN.has(path);
  if (!isOwn) return false;
  if (request.method !== 'GET') {
    await caller.refuse({ status: 405, code: 'method_not_allowed', message: 'this path answers GET' }, [
      'allow',
      'GET',
    ]);
  } else if (page !== undefined) {
    caller.sendText(200, 'text/html; charset=utf-8', page, ['content-security-policy', PAGE_POLICY]);
  } else await answer(path, caller, ports);
  return true;
}

const OWN: ReadonlySet<string> = new Set(['/health/live', '/health/ready', '/openapi.json']);

async function answer(path: string, caller: Arrival['caller'], { document, isReady }: OwnPathsPorts): Promise<void> {
  switch (path) {
    case '/health/live':
      return caller.send(200, { status: 'live' });
    case '/health/ready':
      return isReady() ? caller.send(200, { status: 'ready' }) : await caller.refuse(NOT_READY);
    case '/openapi.json': {
      const read = await document.read();
      return typeof read === 'string' ? caller.sendText(200, JSON_TYPE, read) : await caller.refuse(read);
    }
    default:
      return await caller.refuse(NOT_FOUND);
  }
}
