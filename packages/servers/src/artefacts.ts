// Java programs from Maven Central: each jar by its path and SHA-256, fetched once and kept for all users of this machine's cache.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Program = 'kafka-4.3.1' | 'cassandra-5.0.8';

/** Told what is being fetched, a line at a time. */
export type Report = (line: string) => void;

const LISTS = fileURLToPath(new URL('../artefacts', import.meta.url));
const IN_FLIGHT = 8;
const ATTEMPTS = 4;

interface Artefact {
  readonly path: string;
  readonly sha256: string;
}

/** The folder of a program's jars, fetched where they are missing. @throws one sentence where they can't be had */
export async function jarsOf(program: Program, report: Report = () => {}): Promise<string> {
  const folder = join(cacheFolder(), program);
  mkdirSync(folder, { recursive: true });
  const missing = listOf(program).filter(({ path }) => !existsSync(join(folder, basename(path))));
  if (missing.length === 0) return folder;
  let fetched = 0;
  const left = [...missing];
  const fetchNext = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      await fetchInto(folder, next);
      fetched++;
      if (fetched % 10 === 0 || fetched === missing.length)
        report(`${program}: ${fetched} of ${missing.length} files from Maven Central`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, fetchNext));
  return folder;
}

function cacheFolder(): string {
  const cache = process.env.XDG_CACHE_HOME;
  return join(cache === undefined || cache === '' ? join(homedir(), '.cache') : cache, 'tallystick');
}

function listOf(program: Program): Artefact[] {
  const text = readFileSync(join(LISTS, `${program}.sha256`), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => ({ sha256: line.slice(0, 64), path: line.slice(66) }));
}

/** Whole or not at all: a file that is there is right. */
async function fetchInto(folder: string, { path, sha256 }: Artefact): Promise<void> {
  const repository = process.env.TALLYSTICK_MAVEN_REPOSITORY ?? 'https://repo1.maven.org/maven2';
  const bytes = await fetchBytes(`${repository}/${path}`);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new Error(`${path} from ${repository} is not the file it should be: SHA-256 ${found}`);
  const target = join(folder, basename(path));
  writeFileSync(`${target}.${process.pid}`, bytes);
  renameSync(`${target}.${process.pid}`, target);
}

async function fetchBytes(url: string): Promise<Buffer> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(120_000) });
      if (!response.ok) throw new Error(`it answers ${response.status}`);
      return Buffer.from(await response.arrayBuffer());
    } catch (error) {
      if (attempt < ATTEMPTS) continue;
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`${url} can not be fetched (${why}); TALLYSTICK_MAVEN_REPOSITORY may name another repository`, {
        cause: error,
      });
    }
  }
}
