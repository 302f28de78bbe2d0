import { listingUri } from '../protocol/listing-uri.ts';
import type { Listing } from '../listing/listing.ts';
import type { SourcePosition } from '../debug-info/debug-info.ts';
import type { SourcePlace } from './frame.ts';
import type { LineIndex } from './line-index.ts';
import type { Sources } from './sources.ts';

/** Where instructions are shown: at their source line, or at their line of the listing. */
export class Places {
  readonly lines: LineIndex;
  readonly sources: Sources;
  readonly listing: Listing;
  readonly objectPath: string;
  /** URI of the listing. */
  readonly listingPath: string;

  constructor(lines: LineIndex, sources: Sources, listing: Listing, objectPath: string) {
    this.lines = lines;
    this.sources = sources;
    this.listing = listing;
    this.objectPath = objectPath;
    this.listingPath = listingUri(objectPath);
  }

  /** The source line of a slot, where it has one and the file was found. */
  sourceOf(slot: number): SourcePlace | undefined {
    const row = this.lines.rowAt(slot);
    return row && this.placeOfPosition(row);
  }

  /** A line of the source, where its file was found. */
  placeOfPosition({ file, line, column }: SourcePosition): SourcePlace | undefined {
    const path = this.sources.file(file)?.path;
    return path === undefined ? undefined : { path, line, column };
  }

  /** The line of the listing that shows a slot. */
  listingOf(slot: number): SourcePlace | undefined {
    const line = this.listing.lineOf(slot);
    return line === undefined ? undefined : { path: this.listingPath, line: line + 1, column: 1 };
  }

  placeOf(slot: number): SourcePlace | undefined {
    return this.sourceOf(slot) ?? this.listingOf(slot);
  }
}
