/** Names for addresses, which differ from one layout of the machine's memory to another. */
export function withNamedAddresses(text: string): string {
  const addresses = new Map<string, string>();
  return text.replace(/0x[0-9a-f]{5,16}/g, (address) => {
    const name = addresses.get(address) ?? `<address ${addresses.size + 1}>`;
    addresses.set(address, name);
    return name;
  });
}
