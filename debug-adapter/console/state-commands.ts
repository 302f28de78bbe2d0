import { expectOk, raise } from '../../vm/base/problem.ts';
import { mapNode, mapNodes } from '../debugger/inspection/map-nodes.ts';
import { registerNodes } from '../debugger/inspection/register-nodes.ts';
import { timerNodes } from '../debugger/inspection/timer-nodes.ts';
import { baseName } from '../debugger/paths.ts';
import type { VariableNode } from '../debugger/variable.ts';
import { columns, type ConsoleCommand, type ConsoleContext } from './command.ts';

const backtrace: ConsoleCommand = {
  name: '.bt',
  usage: '',
  summary: 'shows the call stack',
  help: ['One frame a line, the innermost first: helpers that run callbacks and inlined functions too.'],
  run: ({ frames, frame }) =>
    columns(
      frames.map(({ name, source, address, id }, index) => [
        `${id === frame.id ? '*' : ' '} #${index}`,
        `0x${address.toString(16)}`,
        name,
        source === undefined ? '' : `${baseName(source.path)}:${source.line}`,
      ]),
    ),
};

const registers: ConsoleCommand = {
  name: '.regs',
  usage: '',
  summary: 'shows the registers of the frame',
  help: ['r0 to r10, and where and when the frame stands. `$r1` is a register in an expression.'],
  run: (context) => {
    const nodes = registerNodes(context.inspector.context(context.frame), context.frame);
    return columns(nodes.map((node) => [node.name, node.value(context.format)]));
  },
};

function typed(context: ConsoleContext, node: VariableNode): readonly string[] {
  return [node.name, node.type ?? '', node.value(context.format)];
}

const maps: ConsoleCommand = {
  name: '.maps',
  usage: '',
  summary: 'lists the maps',
  help: ['Name, type of key and value, and how many elements there are.'],
  run: (context) => {
    const nodes = mapNodes(context.inspector.context(context.frame));
    return nodes.length === 0 ? 'the object has no maps' : columns(nodes.map((node) => typed(context, node)));
  },
};

const mostElements = 100;

const map: ConsoleCommand = {
  name: '.map',
  usage: 'NAME [START [COUNT]]',
  summary: 'shows the elements of a map',
  help: [
    `COUNT elements from number START on, in the order of bpf_map_get_next_key; ${mostElements} from 0 on without.`,
    '`NAME[KEY]` is one value in an expression.',
  ],
  complete: ({ inspector, frame }) => mapNodes(inspector.context(frame)).map(({ name }) => name),
  run: (context, words) => {
    const [name = '', start = '0', count = `${mostElements}`] = words.split(/\s+/);
    const found = context.debugger.vm.machine.maps.find((candidate) => candidate.name === name);
    if (found === undefined)
      return raise('unknown-map', name === '' ? 'which map? .maps lists them' : `there is no map ${name}`);
    if (!/^\d+$/.test(start) || !/^\d+$/.test(count))
      return raise('bad-arguments', 'START and COUNT are numbers from 0');
    const node = mapNode(context.inspector.context(context.frame), found);
    const shown = node.children('indexed', Number(start), Number(count));
    const lines = shown.map((element) => `${element.name} ${element.value(context.format)}`);
    const rest = node.indexed - Number(start) - shown.length;
    const more = rest > 0 ? [`… and ${rest} more`] : [];
    return { text: [node.value(context.format), ...lines, ...more].join('\n'), node };
  },
};

const timers: ConsoleCommand = {
  name: '.timers',
  usage: '',
  summary: 'lists timers and work queues that wait',
  help: ['What comes due first stands first. `.advance` lets time pass when a run has ended.'],
  run: (context) => {
    const nodes = timerNodes(context.inspector.context(context.frame));
    return nodes.length === 0
      ? 'nothing waits'
      : columns(nodes.map((node) => [node.name, node.value(context.format)]));
  },
};

const where: ConsoleCommand = {
  name: '.where',
  usage: 'EXPRESSION',
  summary: 'says what an address points to',
  help: ['The map element, packet byte, stack slot, variable or instruction that is there.'],
  complete: 'expression',
  run: (context, words) => {
    const address = addressIn(context, words);
    const text = context.inspector.describeAddress(address);
    return `0x${address.toString(16)} ${text === '' ? 'is no address' : `is ${text}`}`;
  },
};

/** The number that an expression gives, unsigned. */
export function addressIn({ evaluator, frame }: ConsoleContext, expression: string): bigint {
  return BigInt.asUintN(64, expectOk(evaluator.number(expression, frame)));
}

const hex: ConsoleCommand = {
  name: '.hex',
  usage: '[on|off]',
  summary: 'shows integers in hexadecimal or not',
  help: ['Without a word the other way than now. `,x` and `,d` after an expression go before it.'],
  complete: () => ['on', 'off'],
  run: (context, words) => {
    if (!['', 'on', 'off'].includes(words)) raise('bad-arguments', `on or off, not ${words}`);
    const on = words === '' ? !context.format.hex : words === 'on';
    context.setHex(on);
    return on ? 'integers are shown in hexadecimal' : 'integers are shown in decimal';
  },
};

export const stateCommands: readonly ConsoleCommand[] = [backtrace, registers, maps, map, timers, where, hex];
