// SPDX-License-Identifier: MIT
/* Written by make-conversions.mjs. Wants -fwrapv: signed numbers wrap in an expression of the debugger. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define bool _Bool

enum color { RED, GREEN = 5 };
enum warmth { COLD = -1, HOT = 1 };
enum large { LARGE = 0x100000000 };

struct bits {
	unsigned int small : 3;
	int minus : 5;
	unsigned long part : 20;
	unsigned int word : 32;
	unsigned long most : 40;
};

struct result {
	__u64 value;
	__u32 size;
	__u32 is_signed;
};

volatile signed char var_s8 = -5;
volatile unsigned char var_u8 = 250;
volatile short var_s16 = -300;
volatile unsigned short var_u16 = 65000;
volatile int var_s32 = -7;
volatile unsigned int var_u32 = 0xfffffff0;
volatile long var_s64 = -9;
volatile unsigned long var_u64 = 0xfffffffffffffff7;
volatile bool flag = 1;
volatile char letter = 'z';
volatile enum color color = GREEN;
volatile enum warmth warmth = COLD;
enum large large = LARGE;
volatile struct bits bits = { 6, -3, 0xfffff, 0xfffffffe, 0xfffffffff0 };
volatile int numbers[4] = { 1, -2, 3, -4 };

struct result results[500];
const volatile char texts[500][96] = {
	"var_s8 + var_s32",
	"var_s8 + var_u32",
	"var_s8 + var_s64",
	"var_u8 + var_s32",
	"var_u8 + var_u32",
	"var_u8 + var_s64",
	"var_s16 + var_s32",
	"var_s16 + var_u32",
	"var_s16 + var_s64",
	"var_u16 + var_s32",
	"var_u16 + var_u32",
	"var_u16 + var_s64",
	"var_s32 + var_s32",
	"var_s32 + var_u32",
	"var_s32 + var_s64",
	"var_u32 + var_s32",
	"var_u32 + var_u32",
	"var_u32 + var_s64",
	"var_s64 + var_s32",
	"var_s64 + var_u32",
	"var_s64 + var_s64",
	"var_u64 + var_s32",
	"var_u64 + var_u32",
	"var_u64 + var_s64",
	"flag + var_s32",
	"flag + var_u32",
	"flag + var_s64",
	"letter + var_s32",
	"letter + var_u32",
	"letter + var_s64",
	"color + var_s32",
	"color + var_u32",
	"color + var_s64",
	"warmth + var_s32",
	"warmth + var_u32",
	"warmth + var_s64",
	"bits.small + var_s32",
	"bits.small + var_u32",
	"bits.small + var_s64",
	"bits.minus + var_s32",
	"bits.minus + var_u32",
	"bits.minus + var_s64",
	"bits.part + var_s32",
	"bits.part + var_u32",
	"bits.part + var_s64",
	"bits.word + var_s32",
	"bits.word + var_u32",
	"bits.word + var_s64",
	"bits.most + var_s32",
	"bits.most + var_u32",
	"bits.most + var_s64",
	"numbers[1] + var_s32",
	"numbers[1] + var_u32",
	"numbers[1] + var_s64",
	"RED + var_s32",
	"RED + var_u32",
	"RED + var_s64",
	"GREEN + var_s32",
	"GREEN + var_u32",
	"GREEN + var_s64",
	"COLD + var_s32",
	"COLD + var_u32",
	"COLD + var_s64",
	"LARGE + var_s32",
	"LARGE + var_u32",
	"LARGE + var_s64",
	"-1",
	"-7u",
	"-3l",
	"-5ul",
	"-0xffffffff",
	"-2147483648",
	"-2147483647",
	"-'A'",
	"-0x80000000ul",
	"-010",
	"(var_u64 ? GREEN : GREEN) > (var_s16 && color)",
	"flag & COLD",
	"(int)((var_s8 / 5u) % 8l)",
	"(flag & bits.small) >> 7",
	"~COLD",
	"((var_s16) != COLD) || (COLD ? var_u32 : (numbers[1]))",
	"((RED % 6) <= (-color)) && ((var_u32 <= var_u8) / 3)",
	"RED || 2147483647",
	"((__s64)2147483648) % 5l",
	"var_s8 / 7",
	"0x80000000ul | var_u8",
	"((var_s16 * bits.most) * (bits.part / 6)) <= (((unsigned short)bits.most) ^ (GREEN * var_u32))",
	"((!LARGE) - (LARGE == bits.small)) & ((bits.word + var_u8) - (letter << 4))",
	"(var_s16 ^ warmth) ? (flag == var_u32) : ((var_s8) - 2147483648)",
	"GREEN || ('A')",
	"(var_u16 < var_s8) << 3",
	"(-(2147483648 * bits.small)) >= (((3l) - var_u8) ? (bits.minus >> 2) : (GREEN / 6))",
	"((bits.minus) - bits.part) <= (bits.word ? 2147483648 : COLD)",
	"color ? 010 : bits.part",
	"(GREEN + RED) && (var_s16 << 5)",
	"((int)var_u8) / 4u",
	"GREEN ? GREEN : bits.most",
	"(__s64)(bits.minus % 8u)",
	"bits.part >> 7",
	"((letter >> 7) * (~(numbers[1]))) % 8",
	"var_s16 < flag",
	"bits.minus >= (numbers[1])",
	"((var_s8 % 6u) && (~bits.part)) || ((!bits.minus) | (var_u8 | 2147483648))",
	"bits.word + var_s8",
	"var_s32 || var_u8",
	"var_s32 >> 3",
	"COLD || GREEN",
	"bits.small ? var_s32 : bits.word",
	"(bool)((var_u16 && color) ? (-(numbers[1])) : ((numbers[1]) >= var_u16))",
	"(long)((signed char)var_s16)",
	"RED && LARGE",
	"(2147483648 ? bits.minus : ('A')) & (var_u8 % 5)",
	"((numbers[1]) || (numbers[1])) >= (bits.minus % 2l)",
	"(var_s16 & bits.small) | (GREEN && var_u16)",
	"((long)((__u32)RED)) / 9l",
	"var_s32 / 8l",
	"RED & GREEN",
	"((int)(3l > var_u32)) >> 4",
	"2147483647 < var_s16",
	"(0x80000000ul | bits.most) == ((bool)LARGE)",
	"(__s64)(010 || 0x80000000ul)",
	"((var_s64 & (numbers[1])) % 4l) % 3u",
	"bits.part < bits.word",
	"(bool)((bits.most >> 7) ? ((__u32)bits.most) : (flag || GREEN))",
	"((bool)(bits.part || 1)) % 7l",
	"(var_s32 << 6) + (0xffffffff & letter)",
	"+(var_s32 <= 1)",
	"GREEN * 2147483648",
	"-(numbers[1])",
	"((var_s16) - 2147483647) ? (var_s32 ? GREEN : bits.small) : (bits.minus / 9u)",
	"(((2147483648) != bits.small) << 1) < ((var_s8 > var_u8) || (RED ? var_s8 : var_s8))",
	"RED ? 1 : LARGE",
	"!0x80000000ul",
	"(((var_s64) != bits.part) && (-(numbers[1]))) / 9u",
	"((010 + (numbers[1])) << 0) / 2u",
	"(!warmth) >= (letter * color)",
	"(1) - RED",
	"color % 4l",
	"(color << 5) == (5ul + flag)",
	"var_u16 ? warmth : GREEN",
	"(~(color ? var_s16 : (numbers[1]))) << 3",
	"(numbers[1]) ? bits.part : bits.small",
	"~(letter << 0)",
	"RED << 2",
	"var_s16 && var_u8",
	"var_u64 ? var_u32 : COLD",
	"((bits.part << 7) <= (010 | COLD)) ? ((warmth % 2) + (+COLD)) : ((bits.word / 2u) % 1u)",
	"+((bits.word % 2l) / 4u)",
	"((var_u8 > letter) ? (2147483648 * var_u64) : (var_u32 << 1)) >> 2",
	"((var_u32 && warmth) - (warmth == 0xffffffff)) & (!((int)COLD))",
	"(var_u64 / 9) / 7l",
	"(2147483648 && var_s32) % 1l",
	"~(3l && letter)",
	"~((var_s16 % 7) && (flag / 3u))",
	"((bits.small) - bits.word) * (flag << 1)",
	"var_s64 + color",
	"bits.part ? 0xffffffff : RED",
	"letter % 1",
	"((var_u64 | bits.part) != (COLD / 3u)) == ((unsigned char)(bits.most | var_u16))",
	"((bool)(COLD ^ bits.part)) | (((__u32)RED) <= (COLD / 1u))",
	"var_s8 * GREEN",
	"(bool)(+0x80000000ul)",
	"~010",
	"((('A') ? bits.word : color) || (var_u64 || 0xffffffff)) - ((bits.most ? 5ul : 010) << 4)",
	"(COLD ^ 2147483648) ? (2147483647 ? var_u16 : var_s16) : (bits.minus % 2u)",
	"(LARGE ? var_u16 : letter) << 5",
	"(unsigned char)var_u8",
	"bits.most / 3l",
	"!(var_s8 && var_s8)",
	"(bits.minus || 3l) / 2u",
	"(short)((int)(bits.word < var_u64))",
	"~(var_u16 ? var_s64 : 2147483648)",
	"(var_s8 >> 2) - (!var_u64)",
	"((3l + GREEN) && (var_s16 ? bits.most : LARGE)) ^ ((flag ? var_s32 : 0xffffffff) % 4u)",
	"-((__s64)var_s64)",
	"((var_s16 || 0xffffffff) && (bits.part ^ 2147483647)) >> 3",
	"(~(bits.part % 3)) && ((var_s8 ? 0x80000000ul : color) && (('A') / 3))",
	"((bits.minus && RED) & (bits.part ? color : letter)) % 3l",
	"bits.part >= bits.part",
	"(COLD ? warmth : ('A')) ^ (flag < 2147483648)",
	"bits.minus ? var_s16 : 2147483648",
	"~((unsigned long)flag)",
	"(var_u16 >= var_s8) / 9",
	"2147483648 || var_u16",
	"((LARGE & ('A')) >> 2) && ((bits.small * (numbers[1])) == (GREEN ? var_s64 : var_s16))",
	"((var_s16) - var_u16) >= ((signed char)var_s32)",
	"!(bits.minus == 5ul)",
	"GREEN ? 2147483647 : RED",
	"+var_s64",
	"RED || 0x80000000ul",
	"color & flag",
	"(short)((bits.word >> 2) - (letter << 2))",
	"((~flag) <= ((__s64)letter)) % 4u",
	"(unsigned long)(((int)var_s64) ^ (warmth == var_u16))",
	"(short)bits.part",
	"(flag > 3l) % 3u",
	"(~RED) < (bits.part * 010)",
	"(signed char)((var_u32 && bits.most) + ((bool)(numbers[1])))",
	"var_s8 || (numbers[1])",
	"~((short)(RED ? bits.word : color))",
	"(warmth ? warmth : var_u16) + (!2147483647)",
	"(((var_s16) != bits.part) || (var_u8 > ('A'))) % 2u",
	"0xffffffff >> 4",
	"~((int)color)",
	"((color ? color : bits.most) >= (var_s8 | 3l)) || (((__s64)2147483647) || (RED % 7))",
	"var_u16 <= bits.small",
	"((3l ? bits.most : bits.small) << 0) >= (((int)var_u8) % 6u)",
	"+(bits.small ? bits.most : 2147483647)",
	"var_s32 ? bits.small : var_s16",
	"(flag ? GREEN : var_u8) << 1",
	"RED << 7",
	"(!flag) - (010 / 4l)",
	"var_u64 >> 4",
	"flag / 2l",
	"var_u32 + COLD",
	"GREEN == var_u8",
	"flag | letter",
	"warmth && letter",
	"var_u16 || var_s8",
	"var_s64 >> 0",
	"((var_s16 / 6) - (bits.small << 5)) && (!(010 ^ var_s64))",
	"(unsigned long)((var_s16 | letter) ? (~7u) : (1 ? bits.minus : warmth))",
	"(RED + (numbers[1])) >> 0",
	"((warmth < var_u8) - ((flag) - GREEN)) - (((__u32)var_u16) || (warmth | LARGE))",
	"letter << 6",
	"((signed char)(letter * bits.part)) < ((var_s16 % 2u) != ((5ul) != letter))",
	"(var_s64 / 4) + (GREEN / 8)",
	"(numbers[1]) >= bits.minus",
	"letter ^ 2147483648",
	"var_u64 ^ bits.small",
	"(COLD) != flag",
	"(signed char)(var_s16 || (numbers[1]))",
	"(COLD >> 0) * ((unsigned char)warmth)",
	"(var_u8 * 3l) - (bits.small % 3u)",
	"((-5ul) & (var_s64 * warmth)) != ((unsigned short)(bits.small <= var_u64))",
	"((3l % 9u) ? (var_u16 / 4) : (~letter)) || ((unsigned long)(bits.part << 2))",
	"(unsigned char)warmth",
	"((numbers[1]) | LARGE) | (var_s64 & bits.minus)",
	"(((__s64)010) | (letter && bits.minus)) | (((bool)bits.small) >> 0)",
	"(numbers[1]) / 2l",
	"(unsigned long)bits.most",
	"(7u >> 0) | (('A') << 5)",
	"((int)(warmth / 2)) % 9l",
	"('A') <= var_s8",
	"0xffffffff ? warmth : warmth",
	"~((RED >> 2) / 3)",
	"(bits.small ? warmth : (numbers[1])) | (color * LARGE)",
	"var_s32 ? 0xffffffff : 0x80000000ul",
	"(2147483647 < ('A')) & ((signed char)COLD)",
	"1 & letter",
	"(+(0x80000000ul + var_s8)) | ((flag < COLD) && (bits.minus ^ var_s64))",
	"(GREEN / 6) ^ (var_s16 == letter)",
	"(signed char)bits.small",
	"(long)((bits.minus * (numbers[1])) | (1 * var_u8))",
	"var_s32 | 7u",
	"+(COLD >> 4)",
	"(var_u16) - 2147483647",
	"(bits.word ^ GREEN) + (2147483647 + 0xffffffff)",
	"~(var_s32 / 1)",
	"-RED",
	"(var_u64 || bits.minus) || (0xffffffff + RED)",
	"letter | warmth",
	"(RED) != flag",
	"((bits.most % 1u) + ((__s64)COLD)) ? ((unsigned long)(var_u8 % 3)) : (((1) - bits.small) >> 6)",
	"((var_s32 == COLD) * ((long)2147483647)) << 3",
	"(unsigned char)(warmth >> 6)",
	"var_u16 < 0x80000000ul",
	"letter / 8u",
	"(flag & GREEN) << 1",
	"((numbers[1]) && 7u) != ((__s64)(numbers[1]))",
	"(signed char)0xffffffff",
	"((warmth + LARGE) >> 7) != (-(color || var_s32))",
	"(((COLD) - 7u) / 5) % 1",
	"((signed char)(5ul / 6u)) * ((1 < LARGE) >> 1)",
	"(bits.word ? var_u16 : letter) << 7",
	"((0xffffffff % 8l) & (flag ? bits.small : bits.minus)) ^ ((bits.most << 5) * ((long)var_s32))",
	"(RED & RED) + (+RED)",
	"(((__s64)var_s32) & ((var_u8) - var_s64)) && ((var_u8 & var_u64) && ((__u32)var_u32))",
	"warmth >> 6",
	"(numbers[1]) || bits.word",
	"((var_u32) - 2147483648) ? (('A') && bits.most) : (color * GREEN)",
	"((GREEN) != var_s32) || (bits.word && bits.minus)",
	"letter / 6u",
	"(bits.small & (numbers[1])) << 1",
	"(-(('A') << 0)) - ((~var_s8) ? (var_u64 && 0x80000000ul) : (warmth > 7u))",
	"(('A') % 6u) ^ (var_u16 && bits.most)",
	"(!(var_u16 ? (numbers[1]) : (numbers[1]))) && ((var_s16 && bits.word) / 9u)",
	"(unsigned long)(010 >> 7)",
	"((bits.part) != bits.minus) && (var_s8 == bits.word)",
	"var_s16 / 8",
	"((~letter) ? (var_s64 ^ (numbers[1])) : (warmth << 6)) >> 3",
	"((1 | RED) + (GREEN / 5u)) >> 4",
	"(numbers[1]) * 0x80000000ul",
	"(numbers[1]) <= 0x80000000ul",
	"var_s8 ? (numbers[1]) : var_s16",
	"3l << 6",
	"GREEN || LARGE",
	"((RED > 5ul) / 4u) ? (+(0x80000000ul >> 7)) : ((bits.most / 7u) != (-warmth))",
	"var_s16 * GREEN",
	"(__u32)(((unsigned int)bits.most) ? (bits.part >> 4) : (~var_u32))",
	"letter >> 0",
	"((int)(0xffffffff + 0xffffffff)) * ((~bits.small) & ((__u32)var_s16))",
	"(COLD << 5) != ((int)(numbers[1]))",
	"var_u64 >> 7",
	"var_s32 % 8l",
	"(var_u16 ^ var_s32) && (bits.word % 8l)",
	"(int)(numbers[1])",
	"var_s16 <= GREEN",
	"(!var_s16) / 5u",
	"GREEN ^ letter",
	"((letter) - warmth) % 5l",
	"-bits.part",
	"~var_u16",
	"warmth % 1l",
	"7u % 1l",
	"var_s32 | var_u32",
	"(var_u8 ^ var_s64) && (~010)",
	"!(var_u32 / 2u)",
	"!(5ul + var_u64)",
	"(RED ? 3l : LARGE) << 1",
	"COLD ? var_s32 : var_u8",
	"(-var_s32) * (var_s32 ^ var_u32)",
	"(__u32)(bits.minus % 9)",
	"((7u & var_u64) == (flag + flag)) % 5u",
	"~((var_s64 >> 2) % 4)",
	"2147483648 << 5",
	"bits.part % 4u",
	"var_s32 >> 2",
	"var_s32 ? COLD : GREEN",
	"+((var_u32) != 2147483647)",
	"(var_u32) - (numbers[1])",
	"!(letter / 1)",
	"!((RED % 4) & ((long)var_s16))",
	"(__u32)2147483647",
	"bits.small << 7",
	"((var_s8 || bits.part) * (var_u8 ? bits.small : color)) + ((warmth && 3l) + (LARGE && var_s64))",
	"2147483648 || var_u64",
	"2147483648 / 6",
	"((var_u16 | flag) | (1 ? 1 : bits.small)) | ((COLD >> 7) - ((var_u8) - COLD))",
	"(~warmth) / 7u",
	"(-(-bits.word)) + (((bool)0x80000000ul) - (LARGE ? bits.part : var_s32))",
	"bits.minus / 8u",
	"warmth ? flag : GREEN",
	"bits.word / 8",
	"var_s32 ? ('A') : bits.most",
	"var_u64 ? var_s32 : var_u32",
	"var_s8 % 4u",
	"var_s16 <= RED",
	"(+(color ? var_s64 : var_s8)) ? ((-5ul) < (bits.small || var_s16)) : ((RED >> 6) >> 4)",
	"+((var_u64 && bits.minus) - (var_u64 % 6u))",
	"(((bits.small) - 1) / 5u) || ((flag && GREEN) - (!letter))",
	"-((letter + LARGE) + (flag * var_s64))",
	"(((__u32)bits.minus) / 8u) ^ ((!bits.most) < ((long)flag))",
	"var_s16 ? bits.word : GREEN",
	"bits.most <= 0xffffffff",
	"(var_s8 ? var_s32 : 7u) ? (3l * letter) : (2147483647 || var_u32)",
	"(bool)((var_u32 << 2) % 4l)",
	"(COLD) != 010",
	"(unsigned short)(letter >> 5)",
	"(var_s8 > var_s16) % 5u",
	"~var_u32",
	"(bits.minus % 3) >> 1",
	"((COLD << 7) | (GREEN << 3)) >> 4",
	"5ul || var_s16",
	"(-(RED <= var_s16)) ? ((var_s8 ^ warmth) << 5) : (+(var_s16 | LARGE))",
	"('A') << 0",
	"(~bits.minus) + ((var_s16) - bits.most)",
	"(var_s32 % 1) ? (letter << 0) : (~GREEN)",
	"(bool)((!2147483647) + (~2147483648))",
	"(numbers[1]) << 5",
	"var_u64 ? letter : 0xffffffff",
	"(bits.small % 2u) ? ((numbers[1]) && var_u64) : (var_u8 >> 3)",
	"(bits.minus) - flag",
	"(bits.word & var_u8) || (RED & var_u16)",
	"bits.word || RED",
	"(var_s32 / 1u) % 4",
	"0xffffffff / 2u",
	"-(2147483647 && bits.small)",
	"((int)(var_u32 > var_s16)) % 5",
	"!var_u16",
	"var_s64 | 010",
	"((color % 4l) % 4l) >> 0",
	"bits.part || 5ul",
	"((flag ^ (numbers[1])) | (var_u64 > letter)) / 8u",
	"((2147483647 << 5) << 6) + ((GREEN | var_u64) + ((GREEN) - bits.word))",
	"(bool)color",
	"((unsigned int)(bits.part * var_s16)) % 2",
	"var_s8 >> 7",
	"!(-((unsigned int)2147483648))",
	"var_u16 / 4u",
	"!(-((short)(numbers[1])))",
	"!(2147483648 / 9u)",
	"(2147483647 << 3) << 3",
	"(bits.word << 1) & (-var_u8)",
	"(!var_u32) ? (('A') | bits.part) : (COLD ? letter : 5ul)",
	"((0x80000000ul && var_s8) != (var_s64 >> 0)) - ((flag && bits.word) * (bits.word || bits.part))",
	"((var_u8 + var_s32) * (bits.most / 8)) << 3",
	"(numbers[1]) && var_s64",
	"bits.small % 7u",
	"(color ? letter : GREEN) | (010 >> 2)",
	"(unsigned short)((2147483647 ? 7u : var_u32) >> 3)",
	"(int)7u",
	"-((var_u8 & 1) && ((color) != var_s16))",
	"var_s32 + color",
	"bits.part % 1",
	"((LARGE ? GREEN : (numbers[1])) != (var_s32 / 4)) | (((warmth) != bits.most) / 2l)",
	"((bits.minus || 2147483648) ? (var_u16 >> 0) : (+var_s64)) >> 4",
	"!RED",
	"LARGE <= GREEN",
	"(unsigned long)(flag < color)",
	"(((bool)3l) ? (('A') ^ bits.small) : (letter >> 4)) << 4",
	"((COLD | bits.small) - (letter & var_s16)) < ((unsigned short)(warmth % 9u))",
	"(((int)bits.part) / 8l) || ((var_u32 / 8u) && (bits.minus >> 3))",
	"~(2147483648 | bits.minus)",
	"(~(0xffffffff >> 6)) || (((COLD) - bits.word) ? (letter << 4) : ((int)1))",
	"(((short)color) >> 2) & ((var_s8 / 9) != ((unsigned long)flag))",
	"(bits.word || var_u32) >> 2",
	"0x80000000ul ? var_u64 : COLD",
	"~((2147483648 ? 0xffffffff : var_s16) + (var_s32 << 4))",
	"+(~((signed char)letter))",
	"(!(GREEN * var_u16)) || ((var_u16 + warmth) >> 4)",
	"(long)bits.most",
	"(!0xffffffff) - (var_u16 * bits.most)",
	"((unsigned char)COLD) && (warmth ? bits.most : var_s8)",
	"(unsigned char)((2147483647 * LARGE) > (var_u8 <= GREEN))",
	"(var_u16 ? var_u8 : RED) ? (warmth | flag) : (2147483647 ? bits.small : 0xffffffff)",
	"((short)var_s64) % 9u",
	"+((letter) - var_s32)",
	"bits.minus ? var_u16 : var_s16",
	"var_u8 == letter",
	"((bits.part << 4) >> 7) || ((bits.most ? var_s64 : var_u32) > (1 + 0x80000000ul))",
	"((var_u16 / 5u) ? (var_u32 < LARGE) : (warmth == 0x80000000ul)) ^ ((('A') + 5ul) % 2)",
	"bits.small ? 2147483648 : var_s32",
	"bits.small ^ bits.word",
	"!((010 % 2) ^ (bits.most << 2))",
	"(unsigned int)((var_s8) != bits.small)",
	"((var_s32 ? 5ul : warmth) >> 4) % 6u",
	"!COLD",
	"bits.small <= var_s64",
	"bits.minus > var_s32",
	"(0xffffffff << 2) % 3u",
	"(__u32)(((unsigned short)flag) >> 5)",
	"var_u8 << 1",
	"(7u || GREEN) & ((__u32)warmth)",
	"bits.word / 3",
	"var_s64 + var_s16",
	"((numbers[1]) || flag) ? (COLD & LARGE) : ((numbers[1]) ^ ('A'))",
	"(LARGE % 7) % 6u",
	"RED * 5ul",
	"letter && 0xffffffff",
	"((var_u8 % 6) - (var_u32 % 3)) % 3l",
	"letter << 4",
	"(1 > bits.most) / 2l",
	"(signed char)(bits.most ? var_s64 : bits.part)",
	"(bits.minus ^ 0x80000000ul) ? (2147483648 % 1u) : (var_u32 && var_u64)",
	"-var_s32",
	"bits.minus >> 6",
	"((unsigned long)(warmth ^ var_s8)) >= ((var_u8 % 9l) ? (LARGE ^ LARGE) : (var_u16 << 2))",
	"bits.most ? var_u32 : bits.word",
	"(((RED) - var_s32) >= (~COLD)) >= ((warmth / 1) - (+letter))",
	"var_s16 + bits.minus",
	"(3l == LARGE) != (bits.minus / 2u)",
	"(var_u16 || warmth) > (3l & LARGE)",
	"var_u8 % 9u",
	"(letter == ('A')) % 4l",
	"(0xffffffff / 8) ? (bits.small ^ 0x80000000ul) : ((numbers[1]) ? var_u64 : 7u)",
	"GREEN % 1l",
	"(+(2147483648 & var_u8)) + ((unsigned int)((signed char)var_u64))",
	"(var_u64 + bits.most) == (flag ? LARGE : var_s8)",
	"7u << 6",
	"(+(flag ? 3l : bits.small)) >> 2",
	"((010 ^ bits.minus) << 5) <= (+(2147483648 * bits.small))",
	"!(var_s16 / 6)",
	"((unsigned short)(var_u16 < bits.minus)) / 2",
	"((var_u16 ? var_s32 : var_s32) && (var_s32 > RED)) && (((flag) - var_s64) >= (3l || LARGE))",
	"((int)(~(numbers[1]))) <= ((letter >> 4) > ((unsigned int)var_s64))",
	"((~COLD) | (warmth % 7)) != ((warmth > var_u8) * (bits.small / 9u))",
	"(-bits.part) + (color ? 2147483648 : var_s8)",
	"(unsigned short)var_u16",
	"((signed char)(COLD ? var_u64 : bits.word)) > ((bits.most <= bits.part) && (!('A')))",
	"bits.small ? ('A') : bits.small",
	"(bits.minus == bits.word) / 7l",
	"(((var_s16) - (numbers[1])) ? ((GREEN) != color) : (var_u32 << 0)) ^ ((bits.small / 6u) >> 2)",
	"-warmth",
	"(int)(bits.part / 5l)",
	"var_s16 % 5",
	"((flag) != var_s16) ? (warmth % 7) : (LARGE / 3)",
	"(short)warmth",
	"(var_u16 ? GREEN : 1) * (~(numbers[1]))",
	"(var_u8 >= var_u8) >> 4",
	"((var_s32 <= 0xffffffff) + (bits.part >> 3)) && (-(var_u16 << 5))",
	"((unsigned char)(+bits.minus)) >= ((-bits.part) | (bits.small / 8u))",
	"1 && var_s16",
	"(bool)(-COLD)",
	"(bool)(((unsigned int)color) + (5ul + 1))",
	"(signed char)((~var_s64) && (+flag))",
	"!((short)LARGE)",
	"warmth | RED",
	"(+(var_u32 | bits.word)) && ((var_u16 + bits.small) >> 7)",
};

#define COMPUTE(number, expression)                                             \
	results[number].value = (__u64)(expression);                            \
	results[number].size = sizeof(expression);                              \
	results[number].is_signed = (typeof(expression))-1 < (typeof(expression))1

SEC("xdp")
int compute(struct xdp_md *ctx)
{
	COMPUTE(0, var_s8 + var_s32);
	COMPUTE(1, var_s8 + var_u32);
	COMPUTE(2, var_s8 + var_s64);
	COMPUTE(3, var_u8 + var_s32);
	COMPUTE(4, var_u8 + var_u32);
	COMPUTE(5, var_u8 + var_s64);
	COMPUTE(6, var_s16 + var_s32);
	COMPUTE(7, var_s16 + var_u32);
	COMPUTE(8, var_s16 + var_s64);
	COMPUTE(9, var_u16 + var_s32);
	COMPUTE(10, var_u16 + var_u32);
	COMPUTE(11, var_u16 + var_s64);
	COMPUTE(12, var_s32 + var_s32);
	COMPUTE(13, var_s32 + var_u32);
	COMPUTE(14, var_s32 + var_s64);
	COMPUTE(15, var_u32 + var_s32);
	COMPUTE(16, var_u32 + var_u32);
	COMPUTE(17, var_u32 + var_s64);
	COMPUTE(18, var_s64 + var_s32);
	COMPUTE(19, var_s64 + var_u32);
	COMPUTE(20, var_s64 + var_s64);
	COMPUTE(21, var_u64 + var_s32);
	COMPUTE(22, var_u64 + var_u32);
	COMPUTE(23, var_u64 + var_s64);
	COMPUTE(24, flag + var_s32);
	COMPUTE(25, flag + var_u32);
	COMPUTE(26, flag + var_s64);
	COMPUTE(27, letter + var_s32);
	COMPUTE(28, letter + var_u32);
	COMPUTE(29, letter + var_s64);
	COMPUTE(30, color + var_s32);
	COMPUTE(31, color + var_u32);
	COMPUTE(32, color + var_s64);
	COMPUTE(33, warmth + var_s32);
	COMPUTE(34, warmth + var_u32);
	COMPUTE(35, warmth + var_s64);
	COMPUTE(36, bits.small + var_s32);
	COMPUTE(37, bits.small + var_u32);
	COMPUTE(38, bits.small + var_s64);
	COMPUTE(39, bits.minus + var_s32);
	COMPUTE(40, bits.minus + var_u32);
	COMPUTE(41, bits.minus + var_s64);
	COMPUTE(42, bits.part + var_s32);
	COMPUTE(43, bits.part + var_u32);
	COMPUTE(44, bits.part + var_s64);
	COMPUTE(45, bits.word + var_s32);
	COMPUTE(46, bits.word + var_u32);
	COMPUTE(47, bits.word + var_s64);
	COMPUTE(48, bits.most + var_s32);
	COMPUTE(49, bits.most + var_u32);
	COMPUTE(50, bits.most + var_s64);
	COMPUTE(51, numbers[1] + var_s32);
	COMPUTE(52, numbers[1] + var_u32);
	COMPUTE(53, numbers[1] + var_s64);
	COMPUTE(54, RED + var_s32);
	COMPUTE(55, RED + var_u32);
	COMPUTE(56, RED + var_s64);
	COMPUTE(57, GREEN + var_s32);
	COMPUTE(58, GREEN + var_u32);
	COMPUTE(59, GREEN + var_s64);
	COMPUTE(60, COLD + var_s32);
	COMPUTE(61, COLD + var_u32);
	COMPUTE(62, COLD + var_s64);
	COMPUTE(63, LARGE + var_s32);
	COMPUTE(64, LARGE + var_u32);
	COMPUTE(65, LARGE + var_s64);
	COMPUTE(66, -1);
	COMPUTE(67, -7u);
	COMPUTE(68, -3l);
	COMPUTE(69, -5ul);
	COMPUTE(70, -0xffffffff);
	COMPUTE(71, -2147483648);
	COMPUTE(72, -2147483647);
	COMPUTE(73, -'A');
	COMPUTE(74, -0x80000000ul);
	COMPUTE(75, -010);
	COMPUTE(76, (var_u64 ? GREEN : GREEN) > (var_s16 && color));
	COMPUTE(77, flag & COLD);
	COMPUTE(78, (int)((var_s8 / 5u) % 8l));
	COMPUTE(79, (flag & bits.small) >> 7);
	COMPUTE(80, ~COLD);
	COMPUTE(81, ((var_s16) != COLD) || (COLD ? var_u32 : (numbers[1])));
	COMPUTE(82, ((RED % 6) <= (-color)) && ((var_u32 <= var_u8) / 3));
	COMPUTE(83, RED || 2147483647);
	COMPUTE(84, ((__s64)2147483648) % 5l);
	COMPUTE(85, var_s8 / 7);
	COMPUTE(86, 0x80000000ul | var_u8);
	COMPUTE(87, ((var_s16 * bits.most) * (bits.part / 6)) <= (((unsigned short)bits.most) ^ (GREEN * var_u32)));
	COMPUTE(88, ((!LARGE) - (LARGE == bits.small)) & ((bits.word + var_u8) - (letter << 4)));
	COMPUTE(89, (var_s16 ^ warmth) ? (flag == var_u32) : ((var_s8) - 2147483648));
	COMPUTE(90, GREEN || ('A'));
	COMPUTE(91, (var_u16 < var_s8) << 3);
	COMPUTE(92, (-(2147483648 * bits.small)) >= (((3l) - var_u8) ? (bits.minus >> 2) : (GREEN / 6)));
	COMPUTE(93, ((bits.minus) - bits.part) <= (bits.word ? 2147483648 : COLD));
	COMPUTE(94, color ? 010 : bits.part);
	COMPUTE(95, (GREEN + RED) && (var_s16 << 5));
	COMPUTE(96, ((int)var_u8) / 4u);
	COMPUTE(97, GREEN ? GREEN : bits.most);
	COMPUTE(98, (__s64)(bits.minus % 8u));
	COMPUTE(99, bits.part >> 7);
	COMPUTE(100, ((letter >> 7) * (~(numbers[1]))) % 8);
	COMPUTE(101, var_s16 < flag);
	COMPUTE(102, bits.minus >= (numbers[1]));
	COMPUTE(103, ((var_s8 % 6u) && (~bits.part)) || ((!bits.minus) | (var_u8 | 2147483648)));
	COMPUTE(104, bits.word + var_s8);
	COMPUTE(105, var_s32 || var_u8);
	COMPUTE(106, var_s32 >> 3);
	COMPUTE(107, COLD || GREEN);
	COMPUTE(108, bits.small ? var_s32 : bits.word);
	COMPUTE(109, (bool)((var_u16 && color) ? (-(numbers[1])) : ((numbers[1]) >= var_u16)));
	COMPUTE(110, (long)((signed char)var_s16));
	COMPUTE(111, RED && LARGE);
	COMPUTE(112, (2147483648 ? bits.minus : ('A')) & (var_u8 % 5));
	COMPUTE(113, ((numbers[1]) || (numbers[1])) >= (bits.minus % 2l));
	COMPUTE(114, (var_s16 & bits.small) | (GREEN && var_u16));
	COMPUTE(115, ((long)((__u32)RED)) / 9l);
	COMPUTE(116, var_s32 / 8l);
	COMPUTE(117, RED & GREEN);
	COMPUTE(118, ((int)(3l > var_u32)) >> 4);
	COMPUTE(119, 2147483647 < var_s16);
	COMPUTE(120, (0x80000000ul | bits.most) == ((bool)LARGE));
	COMPUTE(121, (__s64)(010 || 0x80000000ul));
	COMPUTE(122, ((var_s64 & (numbers[1])) % 4l) % 3u);
	COMPUTE(123, bits.part < bits.word);
	COMPUTE(124, (bool)((bits.most >> 7) ? ((__u32)bits.most) : (flag || GREEN)));
	COMPUTE(125, ((bool)(bits.part || 1)) % 7l);
	COMPUTE(126, (var_s32 << 6) + (0xffffffff & letter));
	COMPUTE(127, +(var_s32 <= 1));
	COMPUTE(128, GREEN * 2147483648);
	COMPUTE(129, -(numbers[1]));
	COMPUTE(130, ((var_s16) - 2147483647) ? (var_s32 ? GREEN : bits.small) : (bits.minus / 9u));
	COMPUTE(131, (((2147483648) != bits.small) << 1) < ((var_s8 > var_u8) || (RED ? var_s8 : var_s8)));
	COMPUTE(132, RED ? 1 : LARGE);
	COMPUTE(133, !0x80000000ul);
	COMPUTE(134, (((var_s64) != bits.part) && (-(numbers[1]))) / 9u);
	COMPUTE(135, ((010 + (numbers[1])) << 0) / 2u);
	COMPUTE(136, (!warmth) >= (letter * color));
	COMPUTE(137, (1) - RED);
	COMPUTE(138, color % 4l);
	COMPUTE(139, (color << 5) == (5ul + flag));
	COMPUTE(140, var_u16 ? warmth : GREEN);
	COMPUTE(141, (~(color ? var_s16 : (numbers[1]))) << 3);
	COMPUTE(142, (numbers[1]) ? bits.part : bits.small);
	COMPUTE(143, ~(letter << 0));
	COMPUTE(144, RED << 2);
	COMPUTE(145, var_s16 && var_u8);
	COMPUTE(146, var_u64 ? var_u32 : COLD);
	COMPUTE(147, ((bits.part << 7) <= (010 | COLD)) ? ((warmth % 2) + (+COLD)) : ((bits.word / 2u) % 1u));
	COMPUTE(148, +((bits.word % 2l) / 4u));
	COMPUTE(149, ((var_u8 > letter) ? (2147483648 * var_u64) : (var_u32 << 1)) >> 2);
	COMPUTE(150, ((var_u32 && warmth) - (warmth == 0xffffffff)) & (!((int)COLD)));
	COMPUTE(151, (var_u64 / 9) / 7l);
	COMPUTE(152, (2147483648 && var_s32) % 1l);
	COMPUTE(153, ~(3l && letter));
	COMPUTE(154, ~((var_s16 % 7) && (flag / 3u)));
	COMPUTE(155, ((bits.small) - bits.word) * (flag << 1));
	COMPUTE(156, var_s64 + color);
	COMPUTE(157, bits.part ? 0xffffffff : RED);
	COMPUTE(158, letter % 1);
	COMPUTE(159, ((var_u64 | bits.part) != (COLD / 3u)) == ((unsigned char)(bits.most | var_u16)));
	COMPUTE(160, ((bool)(COLD ^ bits.part)) | (((__u32)RED) <= (COLD / 1u)));
	COMPUTE(161, var_s8 * GREEN);
	COMPUTE(162, (bool)(+0x80000000ul));
	COMPUTE(163, ~010);
	COMPUTE(164, ((('A') ? bits.word : color) || (var_u64 || 0xffffffff)) - ((bits.most ? 5ul : 010) << 4));
	COMPUTE(165, (COLD ^ 2147483648) ? (2147483647 ? var_u16 : var_s16) : (bits.minus % 2u));
	COMPUTE(166, (LARGE ? var_u16 : letter) << 5);
	COMPUTE(167, (unsigned char)var_u8);
	COMPUTE(168, bits.most / 3l);
	COMPUTE(169, !(var_s8 && var_s8));
	COMPUTE(170, (bits.minus || 3l) / 2u);
	COMPUTE(171, (short)((int)(bits.word < var_u64)));
	COMPUTE(172, ~(var_u16 ? var_s64 : 2147483648));
	COMPUTE(173, (var_s8 >> 2) - (!var_u64));
	COMPUTE(174, ((3l + GREEN) && (var_s16 ? bits.most : LARGE)) ^ ((flag ? var_s32 : 0xffffffff) % 4u));
	COMPUTE(175, -((__s64)var_s64));
	COMPUTE(176, ((var_s16 || 0xffffffff) && (bits.part ^ 2147483647)) >> 3);
	COMPUTE(177, (~(bits.part % 3)) && ((var_s8 ? 0x80000000ul : color) && (('A') / 3)));
	COMPUTE(178, ((bits.minus && RED) & (bits.part ? color : letter)) % 3l);
	COMPUTE(179, bits.part >= bits.part);
	COMPUTE(180, (COLD ? warmth : ('A')) ^ (flag < 2147483648));
	COMPUTE(181, bits.minus ? var_s16 : 2147483648);
	COMPUTE(182, ~((unsigned long)flag));
	COMPUTE(183, (var_u16 >= var_s8) / 9);
	COMPUTE(184, 2147483648 || var_u16);
	COMPUTE(185, ((LARGE & ('A')) >> 2) && ((bits.small * (numbers[1])) == (GREEN ? var_s64 : var_s16)));
	COMPUTE(186, ((var_s16) - var_u16) >= ((signed char)var_s32));
	COMPUTE(187, !(bits.minus == 5ul));
	COMPUTE(188, GREEN ? 2147483647 : RED);
	COMPUTE(189, +var_s64);
	COMPUTE(190, RED || 0x80000000ul);
	COMPUTE(191, color & flag);
	COMPUTE(192, (short)((bits.word >> 2) - (letter << 2)));
	COMPUTE(193, ((~flag) <= ((__s64)letter)) % 4u);
	COMPUTE(194, (unsigned long)(((int)var_s64) ^ (warmth == var_u16)));
	COMPUTE(195, (short)bits.part);
	COMPUTE(196, (flag > 3l) % 3u);
	COMPUTE(197, (~RED) < (bits.part * 010));
	COMPUTE(198, (signed char)((var_u32 && bits.most) + ((bool)(numbers[1]))));
	COMPUTE(199, var_s8 || (numbers[1]));
	COMPUTE(200, ~((short)(RED ? bits.word : color)));
	COMPUTE(201, (warmth ? warmth : var_u16) + (!2147483647));
	COMPUTE(202, (((var_s16) != bits.part) || (var_u8 > ('A'))) % 2u);
	COMPUTE(203, 0xffffffff >> 4);
	COMPUTE(204, ~((int)color));
	COMPUTE(205, ((color ? color : bits.most) >= (var_s8 | 3l)) || (((__s64)2147483647) || (RED % 7)));
	COMPUTE(206, var_u16 <= bits.small);
	COMPUTE(207, ((3l ? bits.most : bits.small) << 0) >= (((int)var_u8) % 6u));
	COMPUTE(208, +(bits.small ? bits.most : 2147483647));
	COMPUTE(209, var_s32 ? bits.small : var_s16);
	COMPUTE(210, (flag ? GREEN : var_u8) << 1);
	COMPUTE(211, RED << 7);
	COMPUTE(212, (!flag) - (010 / 4l));
	COMPUTE(213, var_u64 >> 4);
	COMPUTE(214, flag / 2l);
	COMPUTE(215, var_u32 + COLD);
	COMPUTE(216, GREEN == var_u8);
	COMPUTE(217, flag | letter);
	COMPUTE(218, warmth && letter);
	COMPUTE(219, var_u16 || var_s8);
	COMPUTE(220, var_s64 >> 0);
	COMPUTE(221, ((var_s16 / 6) - (bits.small << 5)) && (!(010 ^ var_s64)));
	COMPUTE(222, (unsigned long)((var_s16 | letter) ? (~7u) : (1 ? bits.minus : warmth)));
	COMPUTE(223, (RED + (numbers[1])) >> 0);
	COMPUTE(224, ((warmth < var_u8) - ((flag) - GREEN)) - (((__u32)var_u16) || (warmth | LARGE)));
	COMPUTE(225, letter << 6);
	COMPUTE(226, ((signed char)(letter * bits.part)) < ((var_s16 % 2u) != ((5ul) != letter)));
	COMPUTE(227, (var_s64 / 4) + (GREEN / 8));
	COMPUTE(228, (numbers[1]) >= bits.minus);
	COMPUTE(229, letter ^ 2147483648);
	COMPUTE(230, var_u64 ^ bits.small);
	COMPUTE(231, (COLD) != flag);
	COMPUTE(232, (signed char)(var_s16 || (numbers[1])));
	COMPUTE(233, (COLD >> 0) * ((unsigned char)warmth));
	COMPUTE(234, (var_u8 * 3l) - (bits.small % 3u));
	COMPUTE(235, ((-5ul) & (var_s64 * warmth)) != ((unsigned short)(bits.small <= var_u64)));
	COMPUTE(236, ((3l % 9u) ? (var_u16 / 4) : (~letter)) || ((unsigned long)(bits.part << 2)));
	COMPUTE(237, (unsigned char)warmth);
	COMPUTE(238, ((numbers[1]) | LARGE) | (var_s64 & bits.minus));
	COMPUTE(239, (((__s64)010) | (letter && bits.minus)) | (((bool)bits.small) >> 0));
	COMPUTE(240, (numbers[1]) / 2l);
	COMPUTE(241, (unsigned long)bits.most);
	COMPUTE(242, (7u >> 0) | (('A') << 5));
	COMPUTE(243, ((int)(warmth / 2)) % 9l);
	COMPUTE(244, ('A') <= var_s8);
	COMPUTE(245, 0xffffffff ? warmth : warmth);
	COMPUTE(246, ~((RED >> 2) / 3));
	COMPUTE(247, (bits.small ? warmth : (numbers[1])) | (color * LARGE));
	COMPUTE(248, var_s32 ? 0xffffffff : 0x80000000ul);
	COMPUTE(249, (2147483647 < ('A')) & ((signed char)COLD));
	COMPUTE(250, 1 & letter);
	COMPUTE(251, (+(0x80000000ul + var_s8)) | ((flag < COLD) && (bits.minus ^ var_s64)));
	COMPUTE(252, (GREEN / 6) ^ (var_s16 == letter));
	COMPUTE(253, (signed char)bits.small);
	COMPUTE(254, (long)((bits.minus * (numbers[1])) | (1 * var_u8)));
	COMPUTE(255, var_s32 | 7u);
	COMPUTE(256, +(COLD >> 4));
	COMPUTE(257, (var_u16) - 2147483647);
	COMPUTE(258, (bits.word ^ GREEN) + (2147483647 + 0xffffffff));
	COMPUTE(259, ~(var_s32 / 1));
	COMPUTE(260, -RED);
	COMPUTE(261, (var_u64 || bits.minus) || (0xffffffff + RED));
	COMPUTE(262, letter | warmth);
	COMPUTE(263, (RED) != flag);
	COMPUTE(264, ((bits.most % 1u) + ((__s64)COLD)) ? ((unsigned long)(var_u8 % 3)) : (((1) - bits.small) >> 6));
	COMPUTE(265, ((var_s32 == COLD) * ((long)2147483647)) << 3);
	COMPUTE(266, (unsigned char)(warmth >> 6));
	COMPUTE(267, var_u16 < 0x80000000ul);
	COMPUTE(268, letter / 8u);
	COMPUTE(269, (flag & GREEN) << 1);
	COMPUTE(270, ((numbers[1]) && 7u) != ((__s64)(numbers[1])));
	COMPUTE(271, (signed char)0xffffffff);
	COMPUTE(272, ((warmth + LARGE) >> 7) != (-(color || var_s32)));
	COMPUTE(273, (((COLD) - 7u) / 5) % 1);
	COMPUTE(274, ((signed char)(5ul / 6u)) * ((1 < LARGE) >> 1));
	COMPUTE(275, (bits.word ? var_u16 : letter) << 7);
	COMPUTE(276, ((0xffffffff % 8l) & (flag ? bits.small : bits.minus)) ^ ((bits.most << 5) * ((long)var_s32)));
	COMPUTE(277, (RED & RED) + (+RED));
	COMPUTE(278, (((__s64)var_s32) & ((var_u8) - var_s64)) && ((var_u8 & var_u64) && ((__u32)var_u32)));
	COMPUTE(279, warmth >> 6);
	COMPUTE(280, (numbers[1]) || bits.word);
	COMPUTE(281, ((var_u32) - 2147483648) ? (('A') && bits.most) : (color * GREEN));
	COMPUTE(282, ((GREEN) != var_s32) || (bits.word && bits.minus));
	COMPUTE(283, letter / 6u);
	COMPUTE(284, (bits.small & (numbers[1])) << 1);
	COMPUTE(285, (-(('A') << 0)) - ((~var_s8) ? (var_u64 && 0x80000000ul) : (warmth > 7u)));
	COMPUTE(286, (('A') % 6u) ^ (var_u16 && bits.most));
	COMPUTE(287, (!(var_u16 ? (numbers[1]) : (numbers[1]))) && ((var_s16 && bits.word) / 9u));
	COMPUTE(288, (unsigned long)(010 >> 7));
	COMPUTE(289, ((bits.part) != bits.minus) && (var_s8 == bits.word));
	COMPUTE(290, var_s16 / 8);
	COMPUTE(291, ((~letter) ? (var_s64 ^ (numbers[1])) : (warmth << 6)) >> 3);
	COMPUTE(292, ((1 | RED) + (GREEN / 5u)) >> 4);
	COMPUTE(293, (numbers[1]) * 0x80000000ul);
	COMPUTE(294, (numbers[1]) <= 0x80000000ul);
	COMPUTE(295, var_s8 ? (numbers[1]) : var_s16);
	COMPUTE(296, 3l << 6);
	COMPUTE(297, GREEN || LARGE);
	COMPUTE(298, ((RED > 5ul) / 4u) ? (+(0x80000000ul >> 7)) : ((bits.most / 7u) != (-warmth)));
	COMPUTE(299, var_s16 * GREEN);
	COMPUTE(300, (__u32)(((unsigned int)bits.most) ? (bits.part >> 4) : (~var_u32)));
	COMPUTE(301, letter >> 0);
	COMPUTE(302, ((int)(0xffffffff + 0xffffffff)) * ((~bits.small) & ((__u32)var_s16)));
	COMPUTE(303, (COLD << 5) != ((int)(numbers[1])));
	COMPUTE(304, var_u64 >> 7);
	COMPUTE(305, var_s32 % 8l);
	COMPUTE(306, (var_u16 ^ var_s32) && (bits.word % 8l));
	COMPUTE(307, (int)(numbers[1]));
	COMPUTE(308, var_s16 <= GREEN);
	COMPUTE(309, (!var_s16) / 5u);
	COMPUTE(310, GREEN ^ letter);
	COMPUTE(311, ((letter) - warmth) % 5l);
	COMPUTE(312, -bits.part);
	COMPUTE(313, ~var_u16);
	COMPUTE(314, warmth % 1l);
	COMPUTE(315, 7u % 1l);
	COMPUTE(316, var_s32 | var_u32);
	COMPUTE(317, (var_u8 ^ var_s64) && (~010));
	COMPUTE(318, !(var_u32 / 2u));
	COMPUTE(319, !(5ul + var_u64));
	COMPUTE(320, (RED ? 3l : LARGE) << 1);
	COMPUTE(321, COLD ? var_s32 : var_u8);
	COMPUTE(322, (-var_s32) * (var_s32 ^ var_u32));
	COMPUTE(323, (__u32)(bits.minus % 9));
	COMPUTE(324, ((7u & var_u64) == (flag + flag)) % 5u);
	COMPUTE(325, ~((var_s64 >> 2) % 4));
	COMPUTE(326, 2147483648 << 5);
	COMPUTE(327, bits.part % 4u);
	COMPUTE(328, var_s32 >> 2);
	COMPUTE(329, var_s32 ? COLD : GREEN);
	COMPUTE(330, +((var_u32) != 2147483647));
	COMPUTE(331, (var_u32) - (numbers[1]));
	COMPUTE(332, !(letter / 1));
	COMPUTE(333, !((RED % 4) & ((long)var_s16)));
	COMPUTE(334, (__u32)2147483647);
	COMPUTE(335, bits.small << 7);
	COMPUTE(336, ((var_s8 || bits.part) * (var_u8 ? bits.small : color)) + ((warmth && 3l) + (LARGE && var_s64)));
	COMPUTE(337, 2147483648 || var_u64);
	COMPUTE(338, 2147483648 / 6);
	COMPUTE(339, ((var_u16 | flag) | (1 ? 1 : bits.small)) | ((COLD >> 7) - ((var_u8) - COLD)));
	COMPUTE(340, (~warmth) / 7u);
	COMPUTE(341, (-(-bits.word)) + (((bool)0x80000000ul) - (LARGE ? bits.part : var_s32)));
	COMPUTE(342, bits.minus / 8u);
	COMPUTE(343, warmth ? flag : GREEN);
	COMPUTE(344, bits.word / 8);
	COMPUTE(345, var_s32 ? ('A') : bits.most);
	COMPUTE(346, var_u64 ? var_s32 : var_u32);
	COMPUTE(347, var_s8 % 4u);
	COMPUTE(348, var_s16 <= RED);
	COMPUTE(349, (+(color ? var_s64 : var_s8)) ? ((-5ul) < (bits.small || var_s16)) : ((RED >> 6) >> 4));
	COMPUTE(350, +((var_u64 && bits.minus) - (var_u64 % 6u)));
	COMPUTE(351, (((bits.small) - 1) / 5u) || ((flag && GREEN) - (!letter)));
	COMPUTE(352, -((letter + LARGE) + (flag * var_s64)));
	COMPUTE(353, (((__u32)bits.minus) / 8u) ^ ((!bits.most) < ((long)flag)));
	COMPUTE(354, var_s16 ? bits.word : GREEN);
	COMPUTE(355, bits.most <= 0xffffffff);
	COMPUTE(356, (var_s8 ? var_s32 : 7u) ? (3l * letter) : (2147483647 || var_u32));
	COMPUTE(357, (bool)((var_u32 << 2) % 4l));
	COMPUTE(358, (COLD) != 010);
	COMPUTE(359, (unsigned short)(letter >> 5));
	COMPUTE(360, (var_s8 > var_s16) % 5u);
	COMPUTE(361, ~var_u32);
	COMPUTE(362, (bits.minus % 3) >> 1);
	COMPUTE(363, ((COLD << 7) | (GREEN << 3)) >> 4);
	COMPUTE(364, 5ul || var_s16);
	COMPUTE(365, (-(RED <= var_s16)) ? ((var_s8 ^ warmth) << 5) : (+(var_s16 | LARGE)));
	COMPUTE(366, ('A') << 0);
	COMPUTE(367, (~bits.minus) + ((var_s16) - bits.most));
	COMPUTE(368, (var_s32 % 1) ? (letter << 0) : (~GREEN));
	COMPUTE(369, (bool)((!2147483647) + (~2147483648)));
	COMPUTE(370, (numbers[1]) << 5);
	COMPUTE(371, var_u64 ? letter : 0xffffffff);
	COMPUTE(372, (bits.small % 2u) ? ((numbers[1]) && var_u64) : (var_u8 >> 3));
	COMPUTE(373, (bits.minus) - flag);
	COMPUTE(374, (bits.word & var_u8) || (RED & var_u16));
	COMPUTE(375, bits.word || RED);
	COMPUTE(376, (var_s32 / 1u) % 4);
	COMPUTE(377, 0xffffffff / 2u);
	COMPUTE(378, -(2147483647 && bits.small));
	COMPUTE(379, ((int)(var_u32 > var_s16)) % 5);
	COMPUTE(380, !var_u16);
	COMPUTE(381, var_s64 | 010);
	COMPUTE(382, ((color % 4l) % 4l) >> 0);
	COMPUTE(383, bits.part || 5ul);
	COMPUTE(384, ((flag ^ (numbers[1])) | (var_u64 > letter)) / 8u);
	COMPUTE(385, ((2147483647 << 5) << 6) + ((GREEN | var_u64) + ((GREEN) - bits.word)));
	COMPUTE(386, (bool)color);
	COMPUTE(387, ((unsigned int)(bits.part * var_s16)) % 2);
	COMPUTE(388, var_s8 >> 7);
	COMPUTE(389, !(-((unsigned int)2147483648)));
	COMPUTE(390, var_u16 / 4u);
	COMPUTE(391, !(-((short)(numbers[1]))));
	COMPUTE(392, !(2147483648 / 9u));
	COMPUTE(393, (2147483647 << 3) << 3);
	COMPUTE(394, (bits.word << 1) & (-var_u8));
	COMPUTE(395, (!var_u32) ? (('A') | bits.part) : (COLD ? letter : 5ul));
	COMPUTE(396, ((0x80000000ul && var_s8) != (var_s64 >> 0)) - ((flag && bits.word) * (bits.word || bits.part)));
	COMPUTE(397, ((var_u8 + var_s32) * (bits.most / 8)) << 3);
	COMPUTE(398, (numbers[1]) && var_s64);
	COMPUTE(399, bits.small % 7u);
	COMPUTE(400, (color ? letter : GREEN) | (010 >> 2));
	COMPUTE(401, (unsigned short)((2147483647 ? 7u : var_u32) >> 3));
	COMPUTE(402, (int)7u);
	COMPUTE(403, -((var_u8 & 1) && ((color) != var_s16)));
	COMPUTE(404, var_s32 + color);
	COMPUTE(405, bits.part % 1);
	COMPUTE(406, ((LARGE ? GREEN : (numbers[1])) != (var_s32 / 4)) | (((warmth) != bits.most) / 2l));
	COMPUTE(407, ((bits.minus || 2147483648) ? (var_u16 >> 0) : (+var_s64)) >> 4);
	COMPUTE(408, !RED);
	COMPUTE(409, LARGE <= GREEN);
	COMPUTE(410, (unsigned long)(flag < color));
	COMPUTE(411, (((bool)3l) ? (('A') ^ bits.small) : (letter >> 4)) << 4);
	COMPUTE(412, ((COLD | bits.small) - (letter & var_s16)) < ((unsigned short)(warmth % 9u)));
	COMPUTE(413, (((int)bits.part) / 8l) || ((var_u32 / 8u) && (bits.minus >> 3)));
	COMPUTE(414, ~(2147483648 | bits.minus));
	COMPUTE(415, (~(0xffffffff >> 6)) || (((COLD) - bits.word) ? (letter << 4) : ((int)1)));
	COMPUTE(416, (((short)color) >> 2) & ((var_s8 / 9) != ((unsigned long)flag)));
	COMPUTE(417, (bits.word || var_u32) >> 2);
	COMPUTE(418, 0x80000000ul ? var_u64 : COLD);
	COMPUTE(419, ~((2147483648 ? 0xffffffff : var_s16) + (var_s32 << 4)));
	COMPUTE(420, +(~((signed char)letter)));
	COMPUTE(421, (!(GREEN * var_u16)) || ((var_u16 + warmth) >> 4));
	COMPUTE(422, (long)bits.most);
	COMPUTE(423, (!0xffffffff) - (var_u16 * bits.most));
	COMPUTE(424, ((unsigned char)COLD) && (warmth ? bits.most : var_s8));
	COMPUTE(425, (unsigned char)((2147483647 * LARGE) > (var_u8 <= GREEN)));
	COMPUTE(426, (var_u16 ? var_u8 : RED) ? (warmth | flag) : (2147483647 ? bits.small : 0xffffffff));
	COMPUTE(427, ((short)var_s64) % 9u);
	COMPUTE(428, +((letter) - var_s32));
	COMPUTE(429, bits.minus ? var_u16 : var_s16);
	COMPUTE(430, var_u8 == letter);
	COMPUTE(431, ((bits.part << 4) >> 7) || ((bits.most ? var_s64 : var_u32) > (1 + 0x80000000ul)));
	COMPUTE(432, ((var_u16 / 5u) ? (var_u32 < LARGE) : (warmth == 0x80000000ul)) ^ ((('A') + 5ul) % 2));
	COMPUTE(433, bits.small ? 2147483648 : var_s32);
	COMPUTE(434, bits.small ^ bits.word);
	COMPUTE(435, !((010 % 2) ^ (bits.most << 2)));
	COMPUTE(436, (unsigned int)((var_s8) != bits.small));
	COMPUTE(437, ((var_s32 ? 5ul : warmth) >> 4) % 6u);
	COMPUTE(438, !COLD);
	COMPUTE(439, bits.small <= var_s64);
	COMPUTE(440, bits.minus > var_s32);
	COMPUTE(441, (0xffffffff << 2) % 3u);
	COMPUTE(442, (__u32)(((unsigned short)flag) >> 5));
	COMPUTE(443, var_u8 << 1);
	COMPUTE(444, (7u || GREEN) & ((__u32)warmth));
	COMPUTE(445, bits.word / 3);
	COMPUTE(446, var_s64 + var_s16);
	COMPUTE(447, ((numbers[1]) || flag) ? (COLD & LARGE) : ((numbers[1]) ^ ('A')));
	COMPUTE(448, (LARGE % 7) % 6u);
	COMPUTE(449, RED * 5ul);
	COMPUTE(450, letter && 0xffffffff);
	COMPUTE(451, ((var_u8 % 6) - (var_u32 % 3)) % 3l);
	COMPUTE(452, letter << 4);
	COMPUTE(453, (1 > bits.most) / 2l);
	COMPUTE(454, (signed char)(bits.most ? var_s64 : bits.part));
	COMPUTE(455, (bits.minus ^ 0x80000000ul) ? (2147483648 % 1u) : (var_u32 && var_u64));
	COMPUTE(456, -var_s32);
	COMPUTE(457, bits.minus >> 6);
	COMPUTE(458, ((unsigned long)(warmth ^ var_s8)) >= ((var_u8 % 9l) ? (LARGE ^ LARGE) : (var_u16 << 2)));
	COMPUTE(459, bits.most ? var_u32 : bits.word);
	COMPUTE(460, (((RED) - var_s32) >= (~COLD)) >= ((warmth / 1) - (+letter)));
	COMPUTE(461, var_s16 + bits.minus);
	COMPUTE(462, (3l == LARGE) != (bits.minus / 2u));
	COMPUTE(463, (var_u16 || warmth) > (3l & LARGE));
	COMPUTE(464, var_u8 % 9u);
	COMPUTE(465, (letter == ('A')) % 4l);
	COMPUTE(466, (0xffffffff / 8) ? (bits.small ^ 0x80000000ul) : ((numbers[1]) ? var_u64 : 7u));
	COMPUTE(467, GREEN % 1l);
	COMPUTE(468, (+(2147483648 & var_u8)) + ((unsigned int)((signed char)var_u64)));
	COMPUTE(469, (var_u64 + bits.most) == (flag ? LARGE : var_s8));
	COMPUTE(470, 7u << 6);
	COMPUTE(471, (+(flag ? 3l : bits.small)) >> 2);
	COMPUTE(472, ((010 ^ bits.minus) << 5) <= (+(2147483648 * bits.small)));
	COMPUTE(473, !(var_s16 / 6));
	COMPUTE(474, ((unsigned short)(var_u16 < bits.minus)) / 2);
	COMPUTE(475, ((var_u16 ? var_s32 : var_s32) && (var_s32 > RED)) && (((flag) - var_s64) >= (3l || LARGE)));
	COMPUTE(476, ((int)(~(numbers[1]))) <= ((letter >> 4) > ((unsigned int)var_s64)));
	COMPUTE(477, ((~COLD) | (warmth % 7)) != ((warmth > var_u8) * (bits.small / 9u)));
	COMPUTE(478, (-bits.part) + (color ? 2147483648 : var_s8));
	COMPUTE(479, (unsigned short)var_u16);
	COMPUTE(480, ((signed char)(COLD ? var_u64 : bits.word)) > ((bits.most <= bits.part) && (!('A'))));
	COMPUTE(481, bits.small ? ('A') : bits.small);
	COMPUTE(482, (bits.minus == bits.word) / 7l);
	COMPUTE(483, (((var_s16) - (numbers[1])) ? ((GREEN) != color) : (var_u32 << 0)) ^ ((bits.small / 6u) >> 2));
	COMPUTE(484, -warmth);
	COMPUTE(485, (int)(bits.part / 5l));
	COMPUTE(486, var_s16 % 5);
	COMPUTE(487, ((flag) != var_s16) ? (warmth % 7) : (LARGE / 3));
	COMPUTE(488, (short)warmth);
	COMPUTE(489, (var_u16 ? GREEN : 1) * (~(numbers[1])));
	COMPUTE(490, (var_u8 >= var_u8) >> 4);
	COMPUTE(491, ((var_s32 <= 0xffffffff) + (bits.part >> 3)) && (-(var_u16 << 5)));
	COMPUTE(492, ((unsigned char)(+bits.minus)) >= ((-bits.part) | (bits.small / 8u)));
	COMPUTE(493, 1 && var_s16);
	COMPUTE(494, (bool)(-COLD));
	COMPUTE(495, (bool)(((unsigned int)color) + (5ul + 1)));
	COMPUTE(496, (signed char)((~var_s64) && (+flag)));
	COMPUTE(497, !((short)LARGE));
	COMPUTE(498, warmth | RED);
	COMPUTE(499, (+(var_u32 | bits.word)) && ((var_u16 + bits.small) >> 7));
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
