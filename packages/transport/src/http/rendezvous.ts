// Which of several instances a key belongs to, such that it moves only when its own instance goes or a new one wins it
// (highest random weight, Thaler and Ravishankar 1998).

/** FNV-1a, 32 bits. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** The one among `seeded` that the key belongs to; undefined where there is none. */
export function ownerOf<T extends { readonly seed: number }>(key: string, seeded: readonly T[]): T | undefined {
  const hash = hashOf(key);
  let owner: T | undefined;
  let highest = -1;
  for (const one of seeded) {
    const weight = mixed(hash ^ one.seed);
    if (weight > highest) {
      highest = weight;
      owner = one;
    }
  }
  return owner;
}

/** The last steps of MurmurHash3: every bit of the input changes half of the output's. */
function mixed(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
