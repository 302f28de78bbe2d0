import type { Random } from '../../vm/engine/testing/random.ts';

/**
 * A program of numbers, without jumps, so that what is read unwritten on any path is read on the one there is. It has a
 * subprogram; registers and stack bytes are mostly, but not always, written before they are read.
 */
export function randomProgram(random: Random): string {
  // r1 is a pointer, of which the verifier minds other things.
  const main = ['r1 = 1', ...statements(random, true), 'r0 = 0', 'exit'];
  const callee = [...statements(random, false), ...(random.chance(80) ? ['r0 = 0'] : []), 'exit'];
  return [...main, 'static f:', ...callee].join('\n');
}

function statements(random: Random, mayCall: boolean): string[] {
  const ready = new Set<number>(mayCall ? [1] : []);
  const count = 2 + random.below(14);
  // Without a call the subprogram would be code that nothing reaches.
  const callAt = mayCall ? random.below(count) : -1;
  return Array.from({ length: count }, (_, i) => (i === callAt ? 'call @f' : statement(random, ready)));
}

function statement(random: Random, ready: Set<number>): string {
  const written = (): number => {
    const register = random.below(10);
    ready.add(register);
    return register;
  };
  const read = (): number => {
    const known = [...ready];
    return known.length > 0 && random.chance(95) ? random.pick(known) : random.below(10);
  };
  const size = random.pick([1, 2, 4, 8]);
  const type = `u${size * 8}`;
  // Accesses of the stack have to be aligned.
  const place = `r10 -${size * (1 + random.below(32 / size))}`;
  switch (random.below(9)) {
    case 0:
    case 1:
      return `r${written()} = ${random.below(100)}`;
    case 2: {
      const source = read();
      return `r${written()} = r${source}`;
    }
    case 3:
      return `${random.chance(50) ? 'r' : 'w'}${read()} += ${random.below(9)}`;
    case 4: {
      const letter = random.chance(50) ? 'r' : 'w';
      return `${letter}${read()} ^= ${letter}${read()}`;
    }
    case 5:
      return `*(${type} *)(${place}) = ${random.below(100)}`;
    case 6:
      return `*(${type} *)(${place}) = r${read()}`;
    case 7:
      return random.chance(40)
        ? `r${written()} = *(${type} *)(${place})`
        : `*(u64 *)(r10 -${8 * (1 + random.below(4))}) = 0`;
    default:
      if (random.chance(70)) return `r${written()} = 7`;
      for (const register of [1, 2, 3, 4, 5]) ready.delete(register);
      ready.add(0);
      return 'call 7';
  }
}
