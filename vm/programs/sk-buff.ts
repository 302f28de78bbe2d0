import type { ContextField } from './family.ts';
import { fieldMap } from './context.ts';

/** struct __sk_buff of include/uapi/linux/bpf.h; paddings and the pointer flow_keys, which no type here may read, left out. */
const layout = `
len pkt_type mark queue_mapping protocol vlan_present vlan_tci vlan_proto priority ingress_ifindex ifindex tc_index
cb[5] hash tc_classid data data_end napi_id family remote_ip4 local_ip4 remote_ip6[4] local_ip6[4] remote_port
local_port data_meta flow_keys:8 tstamp:8 wire_len gso_segs sk:8 gso_size tstamp_type:1 hwtstamp:8
`;

export const skBuffSize = 192;

export const skBuffLayout: readonly ContextField[] = lay(layout.trim().split(/\s+/));
export const skBuffFields = fieldMap(skBuffLayout);

/** Members `name`, `name[count]` of u32 or `name:size`, each at a multiple of its size, as C lays them out. */
function lay(members: readonly string[]): ContextField[] {
  let end = 0;
  return members.map((member) => {
    const [, name = '', count = '1', size = '4'] = /^(\w+)(?:\[(\d+)\])?(?::(\d))?$/.exec(member) ?? [];
    const bytes = Number(size);
    const offset = Math.ceil(end / bytes) * bytes;
    end = offset + bytes * Number(count);
    return { name, offset, size: bytes, count: Number(count), writable: false };
  });
}

/** Offset of a field. */
export function offsetOf(name: string): number {
  return fieldOf(name).offset;
}

export function fieldOf(name: string): ContextField {
  const field = skBuffFields.get(name);
  if (field === undefined) throw new Error(`struct __sk_buff has no ${name}`);
  return field;
}

/** The field that a byte of the context belongs to. */
export function fieldAt(offset: number): ContextField | undefined {
  return skBuffLayout.find(
    (field) => offset >= field.offset && offset < field.offset + field.size * field.count,
  );
}
