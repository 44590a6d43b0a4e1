// How long credentials live and how often they may be tried.
import type { ClusterConfiguration } from '@tallystick/cluster';

export interface AuthConfiguration {
  /** `expires_in` of an access token. */
  readonly accessTokenSeconds: number;
  /** An authorisation code's life; at most ten minutes. */
  readonly codeSeconds: number;
  /** For how long after an approval the whole history may be read (customer-api.md, 7.2). */
  readonly wholeHistorySeconds: number;
  /** Host whose root path is the authorise page, `*` for any; empty for none. */
  readonly rootHost: string;
  /** How many proxies of our own stand before this service: each adds one address to X-Forwarded-For. */
  readonly proxies: number;
  /** Wrong logins within the window, after which no more are tried. */
  readonly attemptsPerName: number;
  readonly attemptsPerAddress: number;
  readonly attemptsWindowSeconds: number;
  /** How old what is known of a token may be when a request with it arrives; at most a second. */
  readonly staleMs: number;
  /** How many tokens are remembered. */
  readonly rememberedTokens: number;
  /** How long a token that is no more is told from one that never was. */
  readonly keptDays: number;
  /** scrypt's N. */
  readonly scryptCost: number;
}

export const defaultAuth: AuthConfiguration = {
  accessTokenSeconds: 21_600,
  codeSeconds: 600,
  wholeHistorySeconds: 300,
  rootHost: '',
  proxies: 0,
  attemptsPerName: 10,
  attemptsPerAddress: 50,
  attemptsWindowSeconds: 900,
  staleMs: 500,
  rememberedTokens: 100_000,
  keptDays: 7,
  scryptCost: 32_768,
};

/** What a cluster's configuration says, and the defaults for the rest. */
export function authOf({ auth }: ClusterConfiguration): AuthConfiguration {
  return { ...defaultAuth, ...auth };
}
