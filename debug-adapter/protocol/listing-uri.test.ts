import { describe, expect, it } from 'vitest';
import { isListing, listingUri, sameListing } from './listing-uri.ts';

describe('URI of a listing', () => {
  it.each([
    ['/home/u/count.bpf.o', 'bpf-listing:/home/u/count.bpf.o.bpf-listing'],
    ['/home/my dir/a#1.o', 'bpf-listing:/home/my%20dir/a%231.o.bpf-listing'],
    ['C:\\u\\a.o', 'bpf-listing:/C%3A/u/a.o.bpf-listing'],
  ])('of %s', (path, uri) => {
    expect(listingUri(path)).toBe(uri);
    expect(isListing(uri)).toBe(true);
  });

  it.each([
    ['bpf-listing:/C%3A/u/a.o.bpf-listing', 'bpf-listing:/c:/u/a.o.bpf-listing', true],
    ['bpf-listing:/home/my%20dir/a.o', 'bpf-listing:/home/my dir/a.o', true],
    ['bpf-listing:/a.o', 'bpf-listing:///a.o', true],
    ['bpf-listing:/%', 'bpf-listing:/%', true],
    ['bpf-listing:/a.o', 'bpf-listing:/b.o', false],
  ])('%s and %s', (a, b, expected) => {
    expect(sameListing(a, b)).toBe(expected);
  });

  it('tells objects of other file systems apart', () => {
    expect(listingUri('vscode-vfs://github/o/r/a.o')).not.toBe(listingUri('vscode-vfs://github/o/s/a.o'));
  });

  it('is not the path of a file', () => {
    expect(isListing('/home/u/a.bpf-listing')).toBe(false);
  });
});
