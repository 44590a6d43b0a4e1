import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodePayload } from '@tallystick/events';
import { RegistryUnderTest } from './registry-under-test.suite.js';
import { SchemaRegistry } from './schema-registry.js';

describe('a schema registry', () => {
  let server: RegistryUnderTest;
  let url: string;

  beforeEach(async () => {
    server = new RegistryUnderTest();
    url = await server.start();
  });
  afterEach(() => server.stop());

  it('is given every released event once, each to stay backward compatible', async () => {
    const registry = new SchemaRegistry({ url });
    await registry.prepare();
    const before = structuredClone(server.subjects);
    await registry.prepare();
    expect(server.subjects).toEqual(before);
    expect(server.subjects.has('AuthorisationApproved-value')).toBe(true);
    expect(server.subjects.has('EventMetadata-value')).toBe(false);
    expect(new Set(server.compatibility.values())).toEqual(new Set(['BACKWARD']));
    expect(registry.idOf(encodePayload({ type: 'AccountFrozen', reason: 'test' }))).toBeGreaterThan(0);
    expect(() => registry.idOf(Buffer.from('nothing of ours'))).toThrow('no schema for these bytes');
  });

  it('that finds a schema incompatible is named with it', async () => {
    server.incompatible.add('AccountFrozen-value');
    await expect(new SchemaRegistry({ url }).prepare()).rejects.toThrow(
      '/subjects/AccountFrozen-value/versions not compatible',
    );
  });

  it('that will not keep schemas compatible is refused', async () => {
    server.stubborn = true;
    await expect(new SchemaRegistry({ url }).prepare()).rejects.toThrow('at compatibility NONE');
  });

  it('that is away gives one clear error', async () => {
    await server.stop();
    await expect(new SchemaRegistry({ url }).prepare()).rejects.toThrow(
      `the schema registry can't be reached at ${url}`,
    );
  });
});
