import type { DebugProtocol } from '@vscode/debugprotocol';
import type { SourcePlace } from '../debugger/frame.ts';
import { baseName, normalizePath } from '../debugger/paths.ts';
import { nameOfRecovered } from '../debugger/recovered-source.ts';
import type { SourceFile } from '../debugger/sources.ts';
import { isListing } from '../protocol/listing-uri.ts';
import type { Session } from '../session.ts';

/** The listing, for clients that do not know its scheme: they ask for its text with this reference. */
export const listingReference = 1;

/** Above it: files that were not found, by their place among the sources. */
const firstRecovered = 2;

function indexOfSource({ debugger: { places } }: Session, name: string): number {
  return places.sources.files.findIndex((file) => file.name === name);
}

/** The file that a client fetched by a reference; undefined for the listing and for references that it was not given. */
export function recoveredSource(session: Session, reference: number): SourceFile | undefined {
  const file = session.debugger.places.sources.files[reference - firstRecovered];
  return file?.recovered === undefined ? undefined : file;
}

/** VS Code opens the listing by its URI, where breakpoints survive the session; others fetch it. */
export function sourceBody(session: Session, path: string): DebugProtocol.Source {
  const name = baseName(path);
  const recovered = nameOfRecovered(path);
  if (recovered !== undefined) {
    const sourceReference = firstRecovered + indexOfSource(session, recovered);
    return {
      name,
      path: normalizePath(recovered),
      sourceReference,
      origin: 'lines that have code, from .BTF.ext',
    };
  }
  if (isListing(path) && !session.client.opensListings)
    return { name, sourceReference: listingReference, origin: 'disassembly' };
  return { name, path };
}

export interface PlaceBody {
  readonly source: DebugProtocol.Source;
  readonly line: number;
  readonly column: number;
}

/** A place where a line is what matters: no column where none was found. */
export function lineBody(session: Session, place: SourcePlace): Partial<PlaceBody> {
  const { column, ...body } = placeBody(session, place);
  return place.column === 0 ? body : { ...body, column };
}

/** Our lines and columns count from 1; the client's from what it said. */
export function placeBody(session: Session, place: SourcePlace): PlaceBody {
  const { firstLine, firstColumn } = session.client;
  return {
    source: sourceBody(session, place.path),
    line: place.line - 1 + firstLine,
    column: Math.max(place.column, 1) - 1 + firstColumn,
  };
}
