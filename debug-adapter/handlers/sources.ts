import { raise } from '../../vm/base/problem.ts';
import { argumentsOf, count, integer, optional, record } from '../protocol/shape.ts';
import { handler, type Handler } from './handler.ts';
import { moduleBody } from './module-body.ts';
import { listingReference, placeBody, recoveredSource, sourceBody } from './source-body.ts';

export const sourceHandlers: readonly Handler[] = [
  handler('loadedSources', argumentsOf({}), {
    capabilities: { supportsLoadedSourcesRequest: true },
    handle: (session) => {
      const { places } = session.debugger;
      const files = places.sources.files.flatMap(({ path }) => path ?? []);
      return { sources: [...files, places.listingPath].map((path) => sourceBody(session, path)) };
    },
  }),
  handler(
    'source',
    record({
      sourceReference: optional(integer),
      source: optional(record({ sourceReference: optional(integer) })),
    }),
    {
      handle: (session, args) => {
        const reference = args.source?.sourceReference ?? args.sourceReference;
        const content = reference === undefined ? undefined : recoveredSource(session, reference)?.recovered;
        if (content !== undefined) return { content };
        if (reference !== listingReference)
          raise('unknown-source', 'files are read from disk; only what is not there can be asked for');
        return { content: session.debugger.places.listing.text, mimeType: 'text/x-bpf-listing' };
      },
    },
  ),
  handler('modules', argumentsOf({ startModule: optional(count), moduleCount: optional(count) }), {
    capabilities: { supportsModulesRequest: true },
    handle: (session, { startModule = 0, moduleCount = 0 }) => {
      const all = [moduleBody(session.debugger)];
      const end = moduleCount === 0 ? undefined : startModule + moduleCount;
      return { modules: all.slice(startModule, end), totalModules: all.length };
    },
  }),
  handler('locations', record({ locationReference: integer }), {
    showErrors: false,
    handle: (session, { locationReference }) => {
      const place =
        session.locations.get(locationReference) ??
        raise('stale-reference', `location reference ${locationReference} is not of this stop`);
      return placeBody(session, place);
    },
  }),
];
