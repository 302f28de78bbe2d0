import { describe, expect, it } from 'vitest';
import { sourceBlocks } from './source-blocks.ts';

const c = `#include <linux/bpf.h>
#define OPEN { \\
  still a macro {
// a comment with {
struct s { int a; };
const char *text = "}{";

/* { */
SEC("xdp")
int f(struct s *s)
{
	if (s->a == '{') {
		return 1;
	}
	return 0;
}
static int last(void) { return 0; }`;

const rust = `#[xdp]
pub fn f(ctx: XdpContext) -> u32 {
    match run::<'static>(&ctx) { Ok(r) => r, Err(_) => 0 }
}
`;

/** First and last line of each block as text. */
function blocksOf(text: string): string[][] {
  const lines = text.split('\n');
  return sourceBlocks(text).map(({ first, last }) => [lines[first - 1] ?? '', lines[last - 1] ?? '']);
}

describe('blocks of a source', () => {
  it('finds C functions and types', () => {
    expect(blocksOf(c)).toEqual([
      ['struct s { int a; };', 'struct s { int a; };'],
      ['SEC("xdp")', '}'],
      ['static int last(void) { return 0; }', 'static int last(void) { return 0; }'],
    ]);
  });

  it('finds Rust functions', () => {
    expect(blocksOf(rust)).toEqual([['#[xdp]', '}']]);
  });

  it.each(['', '{', '}', '}}{', '/* {', '"{', '{ "'])('takes broken text: %j', (text) => {
    expect(sourceBlocks(text)).toEqual([]);
  });
});
