import { failed, ok, type Result } from '../base/problem.ts';
import type { FunctionSymbol, ProgramObject } from './program-object.ts';

/**
 * The program of that function or section name; without a name, the only one there is. Problems: `no-program`,
 * `program-not-named`, `program-unknown`, `program-ambiguous`; each lists the programs that could be meant.
 */
export function selectProgram(object: ProgramObject, name?: string): Result<FunctionSymbol> {
  const { programs } = object;
  const place = { file: object.name };
  const problem = (code: string, message: string, hint: string): Result<FunctionSymbol> =>
    failed({ code, message, place, hint });
  const [first, second] = programs;
  if (first === undefined) {
    return problem(
      'no-program',
      'the object has no program: no global function in a section other than .text',
      'give the function a section, as in SEC("xdp")',
    );
  }
  if (name === undefined) {
    return second === undefined
      ? ok(first)
      : problem(
          'program-not-named',
          `the object has ${programs.length} programs and none is named`,
          oneOf(programs),
        );
  }
  const byFunction = programs.find((program) => program.name === name);
  if (byFunction !== undefined) return ok(byFunction);
  const inSection = programs.filter((program) => program.sectionName === name);
  const [only, other] = inSection;
  if (only === undefined) return problem('program-unknown', `there is no program ${name}`, oneOf(programs));
  return other === undefined
    ? ok(only)
    : problem('program-ambiguous', `section ${name} has ${inSection.length} programs`, oneOf(inSection));
}

function oneOf(programs: readonly FunctionSymbol[]): string {
  return `name one of: ${programs.map(({ name, sectionName }) => `${name} (${sectionName})`).join(', ')}`;
}
