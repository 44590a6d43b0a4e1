// `tallystick network play`: the card scheme simulator against a running bank, in a process of its own, as a scheme is.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSecretsFile, staffTokenOf } from '@tallystick/transport/service';
import type { Command } from 'commander';
import { CouldNotRun, EXIT, type ExitCode, UsageError } from '../failures.js';
import { globalOptions, type Session } from '../session.js';

/** Where this is built to, the network is beside it. */
const NETWORK = fileURLToPath(new URL('../../card-network/main.js', import.meta.url));
const EXIT_CODES: readonly ExitCode[] = Object.values(EXIT);
const PASSED_ON = ['seed', 'rate', 'cards', 'minutes', 'links', 'cuts', 'mix', 'clearing'] as const;

type Options = Readonly<Partial<Record<(typeof PASSED_ON)[number] | 'url' | 'iso8583' | 'staffToken', string>>>;

interface Bank {
  readonly url: string;
  readonly iso8583: string;
  readonly staffToken: string;
}

export function network(program: Command, session: Session): void {
  program
    .command('network')
    .description('the other side of the wire: a card scheme')
    .command('play')
    .description('authorisations, clearing and lost links against a running bank; ends by comparing every balance')
    .option('--seed <n>', 'the same cards, merchants, amounts and choices again')
    .option('--rate <n>', 'stories begun a second; 0 for as many as 64 messages in flight bring')
    .option('--cards <n>', 'accounts with a card each')
    .option('--minutes <n>', 'how long stories are begun')
    .option('--links <n>', 'connections to the bank')
    .option('--cuts <share>', 'of the messages, after which their link is destroyed')
    .option('--mix <stories>', 'these stories only, by weight, such as groceries=40,fuel=5')
    .option('--clearing <way>', 'to the bank as whole files, or as lines over the HTTP gateway: files or lines')
    .option('--url <url>', 'of a bank elsewhere; else the one that runs on --data')
    .option('--iso8583 <host:port>', 'of that bank')
    .option('--staff-token <token>', 'of that bank')
    .action(async (options: Options, command: Command) => {
      const { data, json } = globalOptions(command);
      const bank = bankOf(options) ?? (await bankIn(data));
      session.exitCode = await run(session.signal, bank, [
        ...PASSED_ON.flatMap((name) => (options[name] === undefined ? [] : [`--${name}`, options[name]])),
        ...(json === true ? ['--json'] : []),
      ]);
    });
}

function bankOf({ url, iso8583, staffToken }: Options): Bank | undefined {
  if (url === undefined && iso8583 === undefined && staffToken === undefined) return undefined;
  if (url === undefined || iso8583 === undefined || staffToken === undefined)
    throw new UsageError('--url, --iso8583 and --staff-token belong together');
  return { url, iso8583, staffToken };
}

/** Where the bank on this folder listens, as it wrote it there, and its staff's token, from the folder's secrets. */
async function bankIn(folder: string): Promise<Bank> {
  const { readBankFile } = await import('../../bank/folder-lock.js');
  const { url, iso8583 } = readBankFile(folder) ?? {};
  if (url === undefined || iso8583 === undefined)
    throw new CouldNotRun(`no bank runs on ${folder}: start one with \`tallystick start --data ${folder}\``);
  const secrets = openSecretsFile(join(folder, 'secrets.json'), [], () => new Uint8Array());
  return { url, iso8583, staffToken: staffTokenOf(secrets) };
}

/** Stopped, the network finishes what is open and compares. */
async function run(
  signal: AbortSignal,
  { url, iso8583, staffToken }: Bank,
  args: readonly string[],
): Promise<ExitCode> {
  const child = spawn(process.execPath, [NETWORK, '--url', url, '--iso8583', iso8583, ...args], {
    stdio: 'inherit',
    // Other programs see arguments.
    env: { ...process.env, TALLYSTICK_STAFF_TOKEN: staffToken },
  });
  const stop = () => child.kill('SIGINT');
  signal.addEventListener('abort', stop, { once: true });
  const [code] = await once(child, 'close');
  signal.removeEventListener('abort', stop);
  return EXIT_CODES.find((known) => known === code) ?? EXIT.couldNotRun;
}
