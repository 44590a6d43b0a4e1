import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const SCRIPT = fileURLToPath(new URL('../../../scripts/check-schemas.mjs', import.meta.url));
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'check-schemas-'));
  mkdirSync(join(folder, 'schemas/avro/account'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(version: number, fields: readonly object[], more: object = {}): void {
  const schema = { type: 'record', name: 'Paid', namespace: 'tallystick', ...more, fields };
  writeFileSync(join(folder, `schemas/avro/account/Paid.v${version}.avsc`), JSON.stringify(schema));
}

function check(...options: readonly string[]): { status: number | null; said: string } {
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, ...options], { cwd: folder, encoding: 'utf8' });
  return { status, said: stderr };
}

const amount = { name: 'amount', type: 'long' };

describe('released schemas', () => {
  beforeEach(() => {
    put(1, [amount, { name: 'note', type: 'string', default: '' }]);
    expect(check('--write').status).toBe(0);
  });

  it('pass while nothing changes but words for people', () => {
    put(
      1,
      [
        { ...amount, doc: 'Minor units.' },
        { name: 'note', type: 'string', default: '' },
      ],
      { doc: 'Paid.' },
    );
    expect(check()).toEqual({ status: 0, said: '' });
  });

  it('may not be edited, and writing again does not hide it', () => {
    put(1, [
      { ...amount, type: 'int' },
      { name: 'note', type: 'string', default: '' },
    ]);
    expect(check('--write').said).toBe(
      'schemas/avro/account/Paid.v1.avsc: was edited after its release (what its bytes mean changed); restore it and add Paid.v2.avsc instead\n',
    );
    expect(check('--write', '--unreleased').status).toBe(0);
  });

  it('may not change a default either', () => {
    put(1, [amount, { name: 'note', type: 'string', default: 'none' }]);
    expect(check().said).toContain('was edited after its release (a default or an attribute changed)');
  });

  it('may not be removed', () => {
    rmSync(join(folder, 'schemas/avro/account/Paid.v1.avsc'));
    expect(check().said).toContain('Paid.v1 was released and its file is gone');
  });

  it('take a new version only when it is recorded', () => {
    put(2, [amount, { name: 'payee', type: ['null', 'string'], default: null }]);
    expect(check().said).toContain('Paid.v2.avsc: is not in schemas/avro/released.json');
    expect(check('--write').status).toBe(0);
    const released = JSON.parse(readFileSync(join(folder, 'schemas/avro/released.json'), 'utf8'));
    expect(Object.keys(released)).toEqual(['Paid.v1', 'Paid.v2']);
  });

  it('refuse a version that cannot read an older one', () => {
    put(2, [amount, { name: 'payee', type: 'string' }]);
    expect(check('--write').said).toContain('Paid.v2.avsc: cannot read events of version 1');
  });

  it('refuse a gap between versions', () => {
    put(3, [amount]);
    expect(check('--write').said).toContain('version 2 is missing');
  });

  it('refuse a version whose bytes look like another', () => {
    put(2, [amount, { name: 'note', type: 'string', default: 'none' }]);
    expect(check('--write').said).toContain('equal fingerprints');
  });
});
