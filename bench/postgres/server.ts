// A PostgreSQL of our own for one run: Debian's programs, a temporary folder, a Unix socket, no network, durability on.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BENCH } from '../places.js';
import { cpuSeconds, ended, run, until } from '../processes.js';

const DEBIAN = '/usr/lib/postgresql';
export const INSTALL_POSTGRES = 'apt-get install postgresql postgresql-contrib';
export const ACCOUNTS = 10_000;
const PORT = '5432'; // Only the socket's name: nothing listens on the network.

/** The folder of the newest PostgreSQL that Debian installed, where there is one. */
export function findPostgres(): string | undefined {
  if (!existsSync(DEBIAN)) return undefined;
  const versions = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
  return versions
    .map((version) => join(DEBIAN, version, 'bin'))
    .find((bin) => ['initdb', 'postgres', 'psql', 'pgbench'].every((program) => existsSync(join(bin, program))));
}

const SETTINGS = {
  listen_addresses: '',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_connections: '200',
  shared_buffers: '1GB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  jit: 'off',
};

export class PostgresServer {
  private constructor(
    private readonly bin: string,
    private readonly folder: string,
    private readonly process: ChildProcess,
    private readonly pid: number,
  ) {}

  /** @param bin from `findPostgres` */
  static async start(bin: string): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'tallystick-bench-postgres-'));
    try {
      const as = await unprivileged(folder);
      const data = join(folder, 'data');
      const options = ['-D', data, '-A', 'trust', '-U', 'bench', '-E', 'UTF8', '--locale=C', '--no-instructions'];
      await succeed([...as, join(bin, 'initdb'), ...options], folder);
      const settings = Object.entries({ ...SETTINGS, unix_socket_directories: folder, port: PORT }).flatMap(
        ([name, value]) => ['-c', `${name}=${value}`],
      );
      const [command = '', ...args] = [...as, join(bin, 'postgres'), '-D', data, ...settings];
      // setpriv becomes PostgreSQL, so the pid is the server's own.
      const child = spawn(command, args, { cwd: folder, stdio: 'ignore' });
      if (child.pid === undefined) throw new Error('PostgreSQL could not be started');
      const server = new PostgresServer(bin, folder, child, child.pid);
      await until('PostgreSQL starts', 30_000, () => server.ready());
      await server.psql(['-v', `accounts=${ACCOUNTS}`, '-f', join(BENCH, 'postgres', 'schema.sql')]);
      await server.psql(['-c', 'VACUUM ANALYZE', '-c', 'CHECKPOINT']);
      return server;
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get connection(): string[] {
    return ['-h', this.folder, '-p', PORT, '-U', 'bench'];
  }

  program(name: string): string {
    return join(this.bin, name);
  }

  /** CPU seconds so far, of the server with its backends. */
  cpu(): number {
    return cpuSeconds(this.pid);
  }

  /** The books must be in order for the rates to count: what is held is the sum of the holds, and postings balance. */
  async check(): Promise<void> {
    const query = `SELECT (SELECT coalesce(sum(held), 0) FROM accounts) - (SELECT coalesce(sum(remaining), 0) FROM holds)
      || ' ' || (SELECT coalesce(sum(debit) - sum(credit), 0) FROM postings) || ' ' || (SELECT sum(ledger) FROM accounts)`;
    const found = (await this.psql(['-At', '-c', query])).trim();
    if (found !== '0 0 0') throw new Error(`PostgreSQL's books are not in order: ${found}`);
  }

  async stop(): Promise<void> {
    // SIGQUIT would leave it unclean; SIGINT is PostgreSQL's fast shutdown.
    process.kill(this.pid, 'SIGINT');
    await ended(this.process);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async ready(): Promise<true | undefined> {
    if (this.process.exitCode !== null) throw new Error(`PostgreSQL ended with status ${this.process.exitCode}`);
    const { status } = await run(this.program('psql'), [...this.connection, '-d', 'postgres', '-Atc', 'SELECT 1']);
    return status === 0 ? true : undefined;
  }

  private psql(args: readonly string[]): Promise<string> {
    return succeed(
      [this.program('psql'), ...this.connection, '-d', 'postgres', '-q', '-X', '-v', 'ON_ERROR_STOP=1', ...args],
      this.folder,
    );
  }
}

/** PostgreSQL refuses to run as root: the words before the command that make it the package's own user. */
async function unprivileged(folder: string): Promise<string[]> {
  if (process.getuid?.() !== 0) return [];
  const identity = await run('id', ['-u', 'postgres']);
  if (identity.status !== 0)
    throw new Error('PostgreSQL does not run as root, and there is no user "postgres" to run it as');
  chownSync(folder, Number(identity.stdout), -1);
  // pgbench runs as root and must find the socket.
  chmodSync(folder, 0o755);
  return ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups'];
}

async function succeed([command = '', ...args]: readonly string[], cwd: string): Promise<string> {
  const { status, stdout, stderr } = await run(command, args, { cwd });
  if (status !== 0) throw new Error(`${command} ended with status ${status}: ${stderr.trim()}`);
  return stdout;
}
