import { expectOk, ok } from '../../vm/base/problem.ts';
import { Random } from '../../vm/engine/testing/random.ts';
import { flavourOf } from '../../vm/engine/testing/exactness.ts';
import { typedFuzzProgram } from '../../vm/engine/testing/subjects.ts';
import { Recording, type Moment } from '../../vm/history/recording.ts';
import { stateHash } from '../../vm/history/state-hash.ts';

/**
 * Runs the random program of a seed with edits on the way, goes back and forth between the moments that it went
 * through, and throws where a state is not what it was. The number of seeks.
 */
export function checkSeeks(seed: number, seeks: number): number {
  const random = new Random(seed);
  const program = typedFuzzProgram(random);
  const flavour = flavourOf(seed);
  const vm = program.makeMachine({ warmUp: random.pick([0, 1, 256]), ...flavour.common, ...flavour.options });
  const recording = new Recording(vm);
  const seen = new Map<string, string>();
  const note = (): void => {
    seen.set(JSON.stringify(recording.moment), stateHash(vm));
  };
  note();
  for (let stop = 0; stop < 20 && vm.run(1 + random.below(random.pick([30, 300]))) === 'budget'; stop++) {
    if (random.chance(25)) {
      const [register, value] = [random.pick([0, 1, 2, 3, 4, 5, 8]), random.word()];
      expectOk(
        recording.change(({ machine }) => {
          machine.setRegister(register, value);
          return ok(undefined);
        }),
      );
    }
    note();
  }
  const moments = [...seen];
  for (let i = 0; i < seeks; i++) {
    const [moment, hash] = random.pick(moments);
    expectOk(recording.seek(JSON.parse(moment) as Moment));
    if (stateHash(vm) !== hash) throw new Error(`seed ${seed}: ${moment} is another state than it was`);
  }
  return seeks;
}
