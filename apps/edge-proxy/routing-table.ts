// What of the bank customers' programs can reach: nothing but this.

/** Who shows what: a token of OAuth, an operator-made token of the feed's, or nothing that the edge looks at. */
export type Credential = 'access-token' | 'customer-token' | 'none';

export interface PublicRoute {
  readonly service: string;
  readonly path: string;
  /** Whether what lies below the path is let through, too. */
  readonly below: boolean;
  readonly credential: Credential;
  /** `upload`: the body is large and passed on as it comes. `live`: the answer never ends. */
  readonly kind: 'plain' | 'upload' | 'live';
}

type Extras = Partial<Pick<PublicRoute, 'below' | 'credential' | 'kind'>>;

function to(service: string, paths: readonly string[], extras: Extras = {}): PublicRoute[] {
  const usual = { below: true, credential: 'access-token', kind: 'plain' } as const;
  return paths.map((path) => ({ ...usual, ...extras, service, path }));
}

export const PUBLIC_ROUTES: readonly PublicRoute[] = [
  ...to('api', ['/accounts', '/balance', '/pots', '/transactions', '/attachment', '/transaction-receipts']),
  // Posting to it; reading it is the feed's.
  ...to('api', ['/feed'], { below: false }),
  // Whoever has the address may send the bytes (customer API, section 9).
  ...to('api', ['/attachments'], { credential: 'none', kind: 'upload' }),
  // Auth looks at its own tokens: /ping/whoami answers those that are not approved, /oauth2/token passes over those that have expired.
  ...to('auth', ['/oauth2', '/ping'], { credential: 'none' }),
  ...to('webhook-api', ['/webhooks']),
  ...to('card-api', ['/cards']),
  ...to('feed', ['/feed/items', '/feed/changes', '/feed/spending'], { credential: 'customer-token' }),
  ...to('feed', ['/feed/live'], { credential: 'customer-token', kind: 'live' }),
];

/** The page where customers log in, on auth's own host. */
export const AUTH_ROOT: PublicRoute = {
  service: 'auth',
  path: '/',
  below: false,
  credential: 'none',
  kind: 'plain',
};

export class RoutingTable {
  private readonly byPath: ReadonlyMap<string, PublicRoute>;

  constructor(routes: readonly PublicRoute[]) {
    this.byPath = new Map(routes.map((route) => [route.path, route]));
  }

  /** The services behind it. */
  services(): string[] {
    return [...new Set([...this.byPath.values()].map(({ service }) => service))];
  }

  /** @param path as `canonicalPath` gives it. @returns undefined for what the edge does not let through */
  routeOf(path: string): PublicRoute | undefined {
    const exact = this.byPath.get(path);
    if (exact !== undefined) return exact;
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const above = this.byPath.get(path.slice(0, end));
      if (above !== undefined) return above.below ? above : undefined;
    }
    return undefined;
  }
}

const PLAIN_PATH = /^(?:\/[A-Za-z0-9_-]+)+$/;

/**
 * The path without doubled and trailing slashes, which clients send (customer API, 1.7).
 * @returns undefined for one that another server might read as another path: dots, and slashes or unprintable characters in disguise
 */
export function canonicalPath(path: string): string | undefined {
  if (PLAIN_PATH.test(path)) return path;
  if (!path.startsWith('/')) return undefined;
  const segments = path.split('/').filter((segment) => segment !== '');
  return segments.every(isPlainSegment) ? `/${segments.join('/')}` : undefined;
}

function isPlainSegment(segment: string): boolean {
  let text: string;
  try {
    text = decodeURIComponent(segment);
  } catch {
    return false;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return !/^\.{1,2}$/.test(text) && !/[/\\#?\u0000-\u001f\u007f]/.test(text) && !segment.includes('\\');
}
