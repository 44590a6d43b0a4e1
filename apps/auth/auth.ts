// The parts of the auth service, put together over one store of records.
import type { Micros } from '@tallystick/ledger-core';
import type { Random, Time } from '@tallystick/transport';
import type { StaffToken } from '@tallystick/transport/service';
import type { Records } from '@tallystick/views';
import type { Registry } from 'prom-client';
import { Approvals } from './approvals.js';
import { Codes } from './codes.js';
import type { AuthConfiguration } from './configuration.js';
import { Credentials } from './credentials.js';
import { Grants } from './grants.js';
import { LoginLimit } from './login-limit.js';
import { OAuthClients } from './oauth-clients.js';
import { OAuthCounts } from './oauth-counts.js';
import { Passphrases } from './passphrases.js';
import { StaffAccess } from './staff-access.js';
import { SweepProcess } from './sweep.process.js';
import { TokenLookup } from './token-lookup.js';

export interface AuthPorts {
  readonly configuration: AuthConfiguration;
  readonly records: Records;
  /** Microseconds since 1970: what expires does by it. */
  readonly clock: () => Micros;
  readonly time: Time;
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number;
  /** Fit for secrets. */
  readonly random: Random;
  readonly staff: StaffToken;
  readonly metrics: Registry;
  readonly report: (error: unknown) => void;
  /** False where the process only answers. */
  readonly runsProcesses: boolean;
}

const FORGOTTEN = 'forgotten-users';

export class Auth {
  readonly configuration: AuthConfiguration;
  readonly counts: OAuthCounts;
  readonly clients: OAuthClients;
  readonly credentials: Credentials;
  readonly codes: Codes;
  readonly grants: Grants;
  readonly tokens: TokenLookup;
  readonly approvals: Approvals;
  readonly staff: StaffAccess;
  readonly sweep: SweepProcess;

  private readonly records: Records;

  constructor(ports: AuthPorts) {
    const { configuration, records, random, report, clock, time } = ports;
    const now = () => Number(clock() / 1_000n);
    this.configuration = configuration;
    this.records = records;
    this.counts = new OAuthCounts(ports.metrics);
    this.clients = new OAuthClients(records, random, now);
    const limit = new LoginLimit(records, configuration, now);
    const passphrases = new Passphrases(configuration.scryptCost);
    this.credentials = new Credentials({ records, random, passphrases, limit });
    this.codes = new Codes({ records, random, now, lifetimeSeconds: configuration.codeSeconds });
    this.tokens = new TokenLookup({ records, configuration, now, elapsed: ports.elapsed });
    const onChanged = (key: string) => this.tokens.forget(key);
    this.grants = new Grants({ records, configuration, now, random, report, onChanged });
    const { credentials, clients, grants } = this;
    this.approvals = new Approvals({ records, random, now, credentials, clients, grants });
    this.staff = new StaffAccess(records, random, ports.staff);
    this.sweep = new SweepProcess({ records, configuration, now, time, report, runs: ports.runsProcesses });
  }

  /** Once for each user; where it was cut off, the next call ends it. @throws CallFailed */
  async forget(userId: string): Promise<void> {
    if ((await this.records.get(FORGOTTEN, userId)) !== undefined) return;
    // The login first: after it no code is exchanged.
    await this.credentials.forget(userId);
    await this.grants.endAll(userId);
    await this.records.insertIfAbsent(FORGOTTEN, userId, new Uint8Array());
  }
}
