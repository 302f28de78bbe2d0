import type { VariableNode } from '../variable.ts';
import { dataMaps, sectionValue, variableValue } from './globals.ts';
import type { NodeContext } from './nodes.ts';
import type { SourcePosition } from '../../debug-info/debug-info.ts';
import type { Target } from './target.ts';
import { ValueNode } from './value-node.ts';

const identifier = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;

/** The variables of the data sections, in their order; sections without variables as bytes. */
export function globalNodes(context: NodeContext): readonly VariableNode[] {
  const { target } = context;
  const seen = new Set<string>();
  return dataMaps(target).flatMap((dataMap): readonly VariableNode[] => {
    const { section } = dataMap;
    if (section.variables.length === 0)
      return [new ValueNode(context, sectionValue(target, dataMap), { name: section.name })];
    return section.variables.map((variable) => {
      // Files that were linked together may each have a static variable of the same name.
      const first = !seen.has(variable.name);
      seen.add(variable.name);
      const name = first ? variable.name : `${variable.name} (${section.name}+${variable.offset})`;
      return new ValueNode(context, variableValue(target, dataMap, variable), {
        name,
        declaration: declarationOf(target, variable.name),
        expression: first && identifier.test(variable.name) ? variable.name : undefined,
      });
    });
  });
}

/** Where debug information says that a variable of a file, or a map, is declared. */
export function declarationOf({ source }: Target, name: string): SourcePosition | undefined {
  return source?.scopes.info?.globals.find((variable) => variable.name === name)?.declaration;
}
