// The house rules that no other tool checks. Each says why, so that whoever breaks one can judge.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A file that passes 300 lines is asked why. Here is what it answered. */
const LONG_FILES: Readonly<Record<string, string>> = {
  'packages/ledger-core/src/account/commands.ts': 'one list: every command with its fields, read as a reference',
  'packages/ledger-core/src/account/accounts.unit.spec.ts':
    'one table of rules about accounts and pots, a few lines each',
  'packages/ledger-core/src/account/authorisations.unit.spec.ts': 'one table of rules, in the order of the lifecycle',
  'apps/ledger/stream-writer.unit.spec.ts': 'one writer, every way in which an append may end',
  'apps/cli/commands.unit.spec.ts': 'the exact text of every reading command, side by side',
  'packages/transport/src/transport.suite.ts': 'one contract, run whole on every adapter',
};

const LONGEST_FILE_LINES = 300;
const CODE = /\.(ts|tsx|mjs|cjs)$/;
const TEXT =
  /\.(ts|tsx|mjs|cjs|js|json|md|yml|yaml|sh|lua|css|html|avsc|csv|toml)$|\/(run|LICENSE|\.gitignore|\.npmrc)$/;
const VAGUE_NAME = /^(utils?|common|helpers?|shared|base|misc)(\.|$)/;
/** Made by programs, or none of ours. */
const LEFT_OUT = new Set(['.git', 'node_modules', 'dist', 'data', 'coverage', 'generated']);

interface Source {
  /** From the repository's folder, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const paths = pathsBelow(ROOT).sort();
const texts: readonly Source[] = paths
  .filter((path) => TEXT.test(`/${path}`))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
const code = texts.filter(({ path }) => CODE.test(path));

function pathsBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (LEFT_OUT.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? pathsBelow(path) : [relative(ROOT, path).split(sep).join('/')];
  });
}

/** `path:line` of every line that matches. */
function linesMatching(sources: readonly Source[], pattern: RegExp): string[] {
  return sources.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
}

function foldersOf(folder: string): string[] {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() && !LEFT_OUT.has(entry.name) ? [entry.name] : []));
}

describe('the repository', () => {
  it('names every file and folder after what is inside', () => {
    const vague = paths.filter((path) => path.split('/').some((name) => VAGUE_NAME.test(name)));
    expect(vague.filter((path) => basename(path) !== 'tsconfig.base.json')).toEqual([]);
  });

  it('has no file over 300 lines without a reason', () => {
    const long = code
      .filter(({ text }) => text.trimEnd().split('\n').length > LONGEST_FILE_LINES)
      .map(({ path }) => path);
    expect(long.filter((path) => LONG_FILES[path] === undefined)).toEqual([]);
  });

  it('gives no reason for a file that is short, or gone', () => {
    const long = new Set(
      code.filter(({ text }) => text.split('\n').length > LONGEST_FILE_LINES).map(({ path }) => path),
    );
    expect(Object.keys(LONG_FILES).filter((path) => !long.has(path))).toEqual([]);
  });

  it('never talks the compiler out of a type', () => {
    // Spelled with a gap, so that this file doesn't find itself.
    const escapes = new RegExp(
      ['\\bas ', 'unknown as\\b|\\bas ', 'any\\b|: ', 'any\\b(?=[,;)=\\s>\\[])|<', 'any>'].join(''),
    );
    expect(linesMatching(withoutComments(code), escapes)).toEqual([]);
  });

  it('silences no check without a reason beside it', () => {
    const silenced = linesMatching(code, /(biome|eslint|ts)-(ignore|disable|expect-error|nocheck)/);
    const reasoned = /biome-ignore(-all|-start|-end)? [\w/]+: \S+ \S+|@ts-expect-error \S+ \S+|\/\(biome\|eslint\|ts\)/;
    expect(silenced.filter((line) => !reasoned.test(line))).toEqual([]);
  });

  it('knows no path of anybody’s machine', () => {
    const machinePath = new RegExp(['(^|[\\s\'"`(=:])/(', 'work|root|home/\\w+|Users/\\w+)/'].join(''));
    expect(linesMatching(texts, machinePath)).toEqual([]);
  });

  it('names no registry in the lock', () => {
    const lock = texts.filter(({ path }) => path === 'package-lock.json');
    expect(lock).toHaveLength(1);
    expect(linesMatching(lock, /"resolved": "(?!packages\/)/)).toEqual([]);
  });

  it('lists every app and package in nest-cli.json', () => {
    const { projects } = JSON.parse(readFileSync(join(ROOT, 'nest-cli.json'), 'utf8'));
    expect(Object.keys(projects).sort()).toEqual([...foldersOf('apps'), ...foldersOf('packages')].sort());
  });
});

/** A word in a comment is no code. Lines stay where they are. */
function withoutComments(sources: readonly Source[]): Source[] {
  return sources.map(({ path, text }) => ({
    path,
    text: text
      .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ''))
      .replaceAll(/(^|\s)\/\/.*$/gm, ''),
  }));
}
