import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { APPS } from './bank-cluster.js';

const FOLDER = fileURLToPath(new URL('../../../deploy/compose', import.meta.url));

interface Service {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly volumes?: readonly string[];
}

const { services }: { services: Readonly<Record<string, Service>> } = parse(
  readFileSync(join(FOLDER, 'compose.yaml'), 'utf8'),
  { merge: true },
);

describe('the compose file', () => {
  it('runs every service that the cluster has, as its own main.ts', () => {
    const run = Object.entries(services).filter(([, { command }]) => command?.[1]?.endsWith('/main.js'));
    const apps = run.filter(([name]) => name !== 'migrate');
    expect(apps.map(([name]) => name).sort()).toEqual([...APPS].sort());
    for (const [name, { command }] of apps) expect(command).toEqual(['node', `dist/apps/${name}/main.js`]);
  });

  it('pins every image, and the one that ours is built on', () => {
    const foreign = Object.values(services).flatMap(({ image }) => (image?.startsWith('tallystick:') ? [] : [image]));
    const built = readFileSync(join(FOLDER, 'Dockerfile'), 'utf8').match(/^FROM (\S+)/gm) ?? [];
    for (const image of [...foreign, ...built]) expect(image).toMatch(/:\d+\.\d+\.\d+/);
  });

  it('asks every service that runs on whether it is well', () => {
    for (const [name, { healthcheck }] of Object.entries(services))
      expect([name, name === 'migrate' || healthcheck?.test !== undefined]).toEqual([name, true]);
  });

  it('keeps what must outlive a container', () => {
    for (const name of ['eventstoredb', 'kafka', 'cassandra', 'ledger'])
      expect(services[name]?.volumes ?? []).toHaveLength(1);
  });
});
