import { errno } from '../maps/errno.ts';

/**
 * Formatted output of helpers: what bpf_bprintf_prepare (kernel/bpf/helpers.c) lets through, printed as bstr_printf
 * (lib/vsprintf.c) prints it.
 */

/** MAX_BPRINTF_BIN_ARGS: space for arguments, strings included. */
const argumentSpace = 512;

/** Memory that arguments point to. */
export interface FormatMemory {
  /** The bytes from `address` on (`user`: of the current process), at most `most`; undefined where nothing can be read. */
  peek(address: bigint, most: number, user?: boolean): Uint8Array | undefined;
  /** The text has `size` bytes of what `peek` gave. */
  taken?(address: bigint, size: number, user?: boolean): void;
}

export interface Formatted {
  /** Negative errno, or the length of the text in bytes. */
  readonly result: number;
  readonly text: Uint8Array;
}

interface Field {
  readonly left: boolean;
  readonly plus: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  readonly width: number;
}

/** Space that arguments have taken, counted as the kernel lays them out. */
class ArgumentSpace {
  used = 0;

  get rest(): number {
    return argumentSpace - this.used;
  }

  /** False where `size` bytes do not fit. */
  number(size: number): boolean {
    this.used = Math.ceil(this.used / 4) * 4;
    if (this.rest < size) return false;
    this.used += size;
    return true;
  }
}

const encoder = new TextEncoder();
const isSpace = (c: number): boolean => c === 32 || (c >= 9 && c <= 13);
const isDigit = (c: number): boolean => c >= 48 && c <= 57;
const isAlphanumeric = (c: number): boolean => isDigit(c) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122);
const isPrintable = (c: number): boolean => c >= 32 && c < 127;
const isPunctuation = (c: number): boolean => c > 32 && c < 127 && !isAlphanumeric(c);
/** What may follow `%p` and `%s`: the end, white space or punctuation. */
const endsPointer = (c: number): boolean => c === 0 || isSpace(c) || isPunctuation(c);
const code = (text: string): number => text.charCodeAt(0);

/** Formats `format` (with its NUL) with up to `values.length` arguments. */
export function formatOutput(format: Uint8Array, values: readonly bigint[], memory: FormatMemory): Formatted {
  return new Formatter(format, values, memory).run();
}

class Formatter {
  readonly #format: Uint8Array;
  readonly #values: readonly bigint[];
  readonly #memory: FormatMemory;
  readonly #space = new ArgumentSpace();
  readonly #text: number[] = [];
  #at = 0;
  #taken = 0;

  constructor(format: Uint8Array, values: readonly bigint[], memory: FormatMemory) {
    this.#format = format;
    this.#values = values;
    this.#memory = memory;
  }

  run(): Formatted {
    const end = this.#format.indexOf(0);
    if (end < 0) return { result: -errno.EINVAL, text: new Uint8Array(0) };
    while (this.#at < end) {
      const error = this.#step();
      if (error !== 0) return { result: -error, text: new Uint8Array(0) };
    }
    return { result: this.#text.length, text: Uint8Array.from(this.#text) };
  }

  #peekCode(ahead = 0): number {
    return this.#format[this.#at + ahead] ?? 0;
  }

  /** One character or conversion; 0 or an errno. */
  #step(): number {
    const c = this.#peekCode();
    if (!isPrintable(c) && !isSpace(c)) return errno.EINVAL;
    if (c !== code('%')) {
      this.#text.push(c);
      this.#at++;
      return 0;
    }
    if (this.#peekCode(1) === code('%')) {
      this.#text.push(c);
      this.#at += 2;
      return 0;
    }
    const value = this.#values[this.#taken++];
    if (value === undefined) return errno.EINVAL;
    this.#at++;
    const field = this.#field();
    return this.#convert(field, value);
  }

  #field(): Field {
    const flags = new Set<string>();
    for (let c = this.#peekCode(); '0+- '.includes(String.fromCharCode(c)); c = this.#peekCode()) {
      flags.add(String.fromCharCode(c));
      this.#at++;
    }
    let width = 0;
    for (let c = this.#peekCode(); isDigit(c); c = this.#peekCode()) {
      width = Math.min(width * 10 + c - 48, 0x7fffff);
      this.#at++;
    }
    const left = flags.has('-');
    return { left, plus: flags.has('+'), space: flags.has(' '), zero: flags.has('0') && !left, width };
  }

  #convert(field: Field, value: bigint): number {
    switch (String.fromCharCode(this.#peekCode())) {
      case 'p':
        return this.#pointer(field, value);
      case 's':
        return this.#string(field, value, 1);
      case 'c':
        return this.#character(field, value);
      default:
        return this.#number(field, value);
    }
  }

  #number(field: Field, value: bigint): number {
    let longs = 0;
    while (longs < 2 && this.#peekCode() === code('l')) {
      longs++;
      this.#at++;
    }
    const conversion = String.fromCharCode(this.#peekCode());
    if (!'diuxX'.includes(conversion)) return errno.EINVAL;
    const bits = longs === 0 ? 32 : 64;
    if (!this.#space.number(bits / 8)) return errno.ENOSPC;
    this.#at++;
    const signed = conversion === 'd' || conversion === 'i';
    const number = signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
    const base = conversion === 'x' || conversion === 'X' ? 16 : 10;
    const digits = (number < 0n ? -number : number).toString(base);
    const sign = number < 0n ? '-' : signed && field.plus ? '+' : signed && field.space ? ' ' : '';
    this.#pad(field, sign, conversion === 'X' ? digits.toUpperCase() : digits);
    return 0;
  }

  #character(field: Field, value: bigint): number {
    if (this.#space.rest === 0) return errno.ENOSPC;
    this.#space.used++;
    this.#at++;
    this.#padBytes({ ...field, zero: false }, [Number(value & 0xffn)]);
    return 0;
  }

  /** `%s`, and `%pks` and `%pus` where `length` is 3. */
  #string(field: Field, value: bigint, length: number): number {
    const user = length === 3 && this.#peekCode(1) === code('u');
    if (!endsPointer(this.#peekCode(length))) return errno.EINVAL;
    if (this.#space.rest === 0) return errno.ENOSPC;
    this.#at += length;
    const bytes = this.#memory.peek(value, this.#space.rest - 1, user);
    const end = bytes?.indexOf(0) ?? 0;
    const text = bytes === undefined ? [] : [...bytes.subarray(0, end < 0 ? bytes.length : end)];
    if (bytes !== undefined) this.#memory.taken?.(value, Math.min(text.length + 1, bytes.length), user);
    this.#space.used += text.length + 1;
    if (length === 3) this.#text.push(...text);
    else this.#padBytes({ ...field, zero: false }, text);
    return 0;
  }

  #pointer(field: Field, value: bigint): number {
    const kind = String.fromCharCode(this.#peekCode(1));
    if ((kind === 'k' || kind === 'u') && this.#peekCode(2) === code('s'))
      return this.#string(field, value, 3);
    if (kind === 'i' || kind === 'I') return this.#internetAddress(value, kind);
    const plain = endsPointer(this.#peekCode(1));
    if (!plain && !'KxsSB'.includes(kind)) return errno.EINVAL;
    if (!this.#space.number(8)) return errno.ENOSPC;
    this.#at += plain ? 1 : 2;
    if (kind === 's' || kind === 'S' || kind === 'B') {
      // Symbols of the kernel: an address that has none is printed so.
      this.#padBytes({ ...field, zero: false }, [...encoder.encode(`0x${value.toString(16)}`)]);
    } else {
      // The kernel prints a hash of the pointer for %p and %pK, the machine has nothing to hide.
      const whole = field.width === 0 ? { ...field, width: 16, zero: !field.left } : field;
      this.#pad(whole, '', value.toString(16));
    }
    this.#skipAlphanumeric();
    return 0;
  }

  #internetAddress(value: bigint, kind: 'i' | 'I'): number {
    const version = this.#peekCode(2);
    if (version !== code('4') && version !== code('6')) return errno.EINVAL;
    const size = version === code('4') ? 4 : 16;
    if (this.#space.rest < size) return errno.ENOSPC;
    const read = this.#memory.peek(value, size);
    if (read !== undefined) this.#memory.taken?.(value, read.length);
    const bytes = read?.length === size ? read : new Uint8Array(size);
    const text = size === 4 ? ipv4(bytes, kind === 'i') : kind === 'i' ? hexText(bytes, 16) : ipv6(bytes);
    this.#space.used += text.length + 1;
    this.#text.push(...encoder.encode(text));
    this.#at += 3;
    this.#skipAlphanumeric();
    return 0;
  }

  /** vsprintf takes all letters and digits after `%p` for its own. */
  #skipAlphanumeric(): void {
    while (isAlphanumeric(this.#peekCode())) this.#at++;
  }

  #pad(field: Field, sign: string, digits: string): void {
    if (field.zero) digits = digits.padStart(field.width - sign.length, '0');
    this.#padBytes({ ...field, zero: false }, [...encoder.encode(sign + digits)]);
  }

  #padBytes(field: Field, bytes: readonly number[]): void {
    const spaces = Array.from({ length: Math.max(0, field.width - bytes.length) }, () => 32);
    this.#text.push(...(field.left ? [...bytes, ...spaces] : [...spaces, ...bytes]));
  }
}

function ipv4(bytes: Uint8Array, leadingZeros: boolean): string {
  return Array.from(bytes, (byte) => byte.toString().padStart(leadingZeros ? 3 : 1, '0')).join('.');
}

function hexText(bytes: Uint8Array, group: number): string {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
  const groups: string[] = [];
  for (let i = 0; i < digits.length; i += group) groups.push(digits.slice(i, i + group).join(''));
  return groups.join(':');
}

function ipv6(bytes: Uint8Array): string {
  return hexText(bytes, 2);
}
