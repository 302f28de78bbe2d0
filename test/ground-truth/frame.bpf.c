// Variables of several sizes on the stack.
struct S { int a[4]; long b; };
void ext(void *p) __attribute__((noinline));
static volatile int sink;
__attribute__((noinline)) void ext(void *p) { sink += *(volatile int*)p; }
__attribute__((section("xdp"))) int prog(void *ctx) {
  struct S s; int x; long y; char buf[24]; 
  s.a[0]=1; s.b=2; x=3; y=4; buf[0]=5;
  ext(&s); ext(&x); ext(&y); ext(buf);
  return x+(int)y+s.a[0]+buf[0];
}
