import { describe, expect, it } from '@jest/globals';
import { InMemoryKeys } from './in-memory-keys.js';
import { ERASED, seal, sealPersonal, unseal, unsealPersonal } from './personal.js';

const KEY = Buffer.alloc(32, 7);
const text = { name: 'Zoë Ångström', reference: 'rent £' };

function keys(): InMemoryKeys {
  let made = 0;
  return new InMemoryKeys((bytes) => Buffer.alloc(bytes, ++made));
}

describe('sealed personal text', () => {
  it('comes back under its key', () => {
    expect(unseal(KEY, 'user_1', seal(KEY, 'user_1', 'command', text))).toEqual(text);
  });

  it('is the same bytes on a retry, in whatever order its fields are named', () => {
    const again = { reference: text.reference, name: text.name };
    expect(seal(KEY, 'user_1', 'command', again)).toEqual(seal(KEY, 'user_1', 'command', text));
  });

  it('never uses a nonce twice for different text, commands or customers', () => {
    const nonces = [
      seal(KEY, 'user_1', 'command', text),
      seal(KEY, 'user_1', 'command', { ...text, reference: 'rent' }),
      seal(KEY, 'user_1', 'other', text),
      seal(KEY, 'user_2', 'command', text),
    ].map((sealed) => sealed.subarray(1, 13).toString('hex'));
    expect(new Set(nonces).size).toBe(nonces.length);
  });

  it('shows a change of any byte', () => {
    const sealed = seal(KEY, 'user_1', 'command', text);
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => unseal(KEY, 'user_1', changed)).toThrow(expect.objectContaining({ code: 'seal_broken' }));
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(() => unseal(KEY, 'user_1', sealed.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'seal_broken' }),
      );
    }
  });

  it("can't be read as another customer's", () => {
    const sealed = seal(KEY, 'user_1', 'command', text);
    expect(() => unseal(KEY, 'user_2', sealed)).toThrow(expect.objectContaining({ code: 'seal_broken' }));
  });
});

describe('a customer whose key was destroyed', () => {
  it('has only erased text left, and gets no new key', async () => {
    const port = keys();
    await port.create('user_1');
    const sealed = await sealPersonal(port, 'user_1', 'command', text);
    expect(await unsealPersonal(port, 'user_1', sealed)).toEqual(text);
    await port.destroy('user_1');
    expect(await unsealPersonal(port, 'user_1', sealed)).toBe(ERASED);
    await expect(sealPersonal(port, 'user_1', 'command', text)).rejects.toMatchObject({ code: 'no_key' });
    await expect(port.create('user_1')).rejects.toThrow('erased');
  });
});

describe('a customer with a key', () => {
  it('keeps it when it is asked for again', async () => {
    const port = keys();
    expect(await port.create('user_1')).toBe(await port.create('user_1'));
  });
});
