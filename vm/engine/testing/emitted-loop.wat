(module
  (type $t0 (func (param i32) (result i32)))
  (type $t1 (func (result i32)))
  (type $t2 (func (param i32 i32) (result i32)))
  (import "host" "memory" (memory $host.memory 1))
  (import "host" "callHelper" (func $host.callHelper (type $t1)))
  (import "host" "returnFromCallback" (func $host.returnFromCallback (type $t1)))
  (import "host" "arrive" (func $host.arrive (type $t1)))
  (func $f3 (type $t0) (param $p0 i32) (result i32)
    (local $l1 i64) (local $l2 i64) (local $l3 i64) (local $l4 i64) (local $l5 i64) (local $l6 i64) (local $l7 i64) (local $l8 i64) (local $l9 i64) (local $l10 i64) (local $l11 i64) (local $l12 i32) (local $l13 i32) (local $l14 i32) (local $l15 i32) (local $l16 i32) (local $l17 i32) (local $l18 i32) (local $l19 i32) (local $l20 i64) (local $l21 i64)
    (local.set $l1
      (i64.load align=1
        (i32.const 0)))
    (local.set $l2
      (i64.load offset=8 align=1
        (i32.const 0)))
    (local.set $l3
      (i64.load offset=16 align=1
        (i32.const 0)))
    (local.set $l4
      (i64.load offset=24 align=1
        (i32.const 0)))
    (local.set $l5
      (i64.load offset=32 align=1
        (i32.const 0)))
    (local.set $l6
      (i64.load offset=40 align=1
        (i32.const 0)))
    (local.set $l7
      (i64.load offset=48 align=1
        (i32.const 0)))
    (local.set $l8
      (i64.load offset=56 align=1
        (i32.const 0)))
    (local.set $l9
      (i64.load offset=64 align=1
        (i32.const 0)))
    (local.set $l10
      (i64.load offset=72 align=1
        (i32.const 0)))
    (local.set $l11
      (i64.load offset=80 align=1
        (i32.const 0)))
    (local.set $l14
      (i32.load offset=88 align=1
        (i32.const 0)))
    (local.set $l12
      (i32.load offset=96 align=1
        (i32.const 0)))
    (local.set $l13
      (i32.add
        (i32.shl
          (i32.load offset=92 align=1
            (i32.const 0))
          (i32.const 9))
        (i32.const 6144)))
    (block $B0
      (block $B1
        (block $B2
          (block $B3
            (block $B4
              (loop $L5
                (block $B6
                  (block $B7
                    (block $B8
                      (block $B9
                        (br_table $B9 $B8 $B9 $B9 $B9
                          (i32.sub
                            (local.get $p0)
                            (i32.const 0))))
                      (local.set $p0
                        (i32.const -1))
                      (local.set $l14
                        (i32.const 534656))
                      (br_if $B2
                        (i32.lt_u
                          (local.get $l12)
                          (i32.const 2)))
                      (local.set $l12
                        (i32.sub
                          (local.get $l12)
                          (i32.const 2)))
                      (local.set $l1
                        (i64.const 0))
                      (local.set $l3
                        (i64.const 16)))
                    (loop $L10
                      (local.set $p0
                        (i32.const -1))
                      (local.set $l14
                        (i32.const 534720))
                      (br_if $B2
                        (i32.lt_u
                          (local.get $l12)
                          (i32.const 6)))
                      (local.set $l12
                        (i32.sub
                          (local.get $l12)
                          (i32.const 5)))
                      (local.set $l14
                        (i32.const 534720))
                      (br_if $B4
                        (i64.ge_u
                          (local.tee $l20
                            (local.get $l2))
                          (i64.const 70368744177664)))
                      (local.set $l15
                        (i32.and
                          (i32.wrap_i64
                            (i64.shr_u
                              (local.get $l20)
                              (i64.const 27)))
                          (i32.const -32)))
                      (br_if $B4
                        (i32.ge_u
                          (local.tee $l18
                            (i32.sub
                              (i32.wrap_i64
                                (local.get $l20))
                              (i32.load offset=10244 align=1
                                (local.get $l15))))
                          (i32.load offset=10248 align=1
                            (local.get $l15))))
                      (br_if $B4
                        (i32.gt_u
                          (i32.add
                            (i32.and
                              (local.get $l18)
                              (i32.load offset=10252 align=1
                                (local.get $l15)))
                            (i32.const 1))
                          (i32.load offset=10256 align=1
                            (local.get $l15))))
                      (local.set $l4
                        (i64.load8_u
                          (i32.add
                            (i32.load offset=10240 align=1
                              (local.get $l15))
                            (local.get $l18))))
                      (local.set $l1
                        (i64.add
                          (local.get $l1)
                          (local.get $l4)))
                      (local.set $l2
                        (i64.add
                          (local.get $l2)
                          (i64.const 1)))
                      (local.set $l3
                        (i64.add
                          (local.get $l3)
                          (i64.const -1)))
                      (br_if $L10
                        (i64.ne
                          (local.get $l3)
                          (i64.const 0))))
                    (local.set $l12
                      (i32.sub
                        (local.get $l12)
                        (i32.const 1)))
                    (local.set $l14
                      (i32.const 534880))
                    (br $B7)
                    (local.set $l12
                      (i32.sub
                        (local.get $l12)
                        (i32.const 1)))
                    (local.set $l14
                      (i32.const 534912))
                    (br $B4)
                    (unreachable))
                  (br_if $B4
                    (i32.load offset=1664 align=1
                      (i32.const 0)))
                  (if $I11
                    (i32.eq
                      (local.get $l13)
                      (i32.const 6144))
                    (then
                      (local.set $p0
                        (i32.const -5))
                      (br $B0)))
                  (if $I12
                    (i32.eq
                      (i32.load align=1
                        (local.tee $l19
                          (i32.add
                            (i32.shr_u
                              (i32.sub
                                (local.get $l13)
                                (i32.const 6144))
                              (i32.const 1))
                            (i32.const 4096))))
                      (i32.const 2))
                    (then
                      (block $B13
                        (block $B14
                          (i64.store align=1
                            (i32.const 0)
                            (local.get $l1))
                          (if $I15
                            (i32.eq
                              (local.tee $l15
                                (call $f6))
                              (i32.const 3))
                            (then
                              (local.set $l1
                                (i64.load align=1
                                  (i32.const 0)))
                              (br $B13)))
                          (if $I16
                            (local.get $l15)
                            (then
                              (local.set $l2
                                (i64.load offset=8 align=1
                                  (i32.const 0)))
                              (local.set $l3
                                (i64.load offset=16 align=1
                                  (i32.const 0)))
                              (if $I17
                                (i32.eq
                                  (local.get $l15)
                                  (i32.const 2))
                                (then
                                  (local.set $l4
                                    (i64.load offset=24 align=1
                                      (i32.const 0)))
                                  (local.set $l5
                                    (i64.load offset=32 align=1
                                      (i32.const 0)))))
                              (br $B14)))
                          (local.set $l18
                            (i32.shr_u
                              (i32.sub
                                (local.get $l13)
                                (i32.const 6144))
                              (i32.const 9)))
                          (i64.store align=1
                            (i32.const 0)
                            (local.get $l1))
                          (i64.store offset=8 align=1
                            (i32.const 0)
                            (local.get $l2))
                          (i64.store offset=16 align=1
                            (i32.const 0)
                            (local.get $l3))
                          (i64.store offset=24 align=1
                            (i32.const 0)
                            (local.get $l4))
                          (i64.store offset=32 align=1
                            (i32.const 0)
                            (local.get $l5))
                          (i64.store offset=40 align=1
                            (i32.const 0)
                            (local.get $l6))
                          (i64.store offset=48 align=1
                            (i32.const 0)
                            (local.get $l7))
                          (i64.store offset=56 align=1
                            (i32.const 0)
                            (local.get $l8))
                          (i64.store offset=64 align=1
                            (i32.const 0)
                            (local.get $l9))
                          (i64.store offset=72 align=1
                            (i32.const 0)
                            (local.get $l10))
                          (i64.store offset=80 align=1
                            (i32.const 0)
                            (local.get $l11))
                          (i32.store offset=88 align=1
                            (i32.const 0)
                            (local.get $l14))
                          (i32.store offset=96 align=1
                            (i32.const 0)
                            (i32.add
                              (local.get $l12)
                              (i32.const 1)))
                          (br_if $B3
                            (i32.eq
                              (call $host.returnFromCallback)
                              (i32.const 2)))
                          (i32.store offset=96 align=1
                            (i32.const 0)
                            (local.get $l12))
                          (if $I18
                            (i32.or
                              (i32.le_s
                                (local.get $l18)
                                (i32.load offset=112 align=1
                                  (i32.const 0)))
                              (i32.le_s
                                (i32.load offset=92 align=1
                                  (i32.const 0))
                                (i32.load offset=116 align=1
                                  (i32.const 0))))
                            (then
                              (return
                                (i32.const -6))))
                          (br $B6))
                        (i64.store offset=56 align=1
                          (local.get $l19)
                          (i64.sub
                            (i64.load offset=104 align=1
                              (i32.const 0))
                            (i64.extend_i32_s
                              (local.get $l12))))
                        (local.set $l14
                          (i32.load offset=12 align=1
                            (local.get $l19)))
                        (local.set $l18
                          (i32.shr_u
                            (i32.sub
                              (local.get $l13)
                              (i32.const 6144))
                            (i32.const 9)))
                        (if $I19
                          (i32.or
                            (i32.le_s
                              (local.get $l18)
                              (i32.load offset=112 align=1
                                (i32.const 0)))
                            (i32.le_s
                              (i32.load offset=92 align=1
                                (i32.const 0))
                              (i32.load offset=116 align=1
                                (i32.const 0))))
                          (then
                            (local.set $p0
                              (i32.const -6))
                            (br $B0)))
                        (br_if $B0
                          (i32.ne
                            (i32.shr_u
                              (local.tee $p0
                                (i32.load offset=1048576 align=1
                                  (i32.shr_u
                                    (i32.sub
                                      (local.get $l14)
                                      (i32.const 534656))
                                    (i32.const 3))))
                              (i32.const 8))
                            (i32.const 0)))
                        (local.set $p0
                          (i32.and
                            (local.get $p0)
                            (i32.const 255)))
                        (br $L5))))
                  (local.set $l7
                    (i64.load offset=16 align=1
                      (local.get $l19)))
                  (local.set $l8
                    (i64.load offset=24 align=1
                      (local.get $l19)))
                  (local.set $l9
                    (i64.load offset=32 align=1
                      (local.get $l19)))
                  (local.set $l10
                    (i64.load offset=40 align=1
                      (local.get $l19)))
                  (local.set $l11
                    (i64.load offset=48 align=1
                      (local.get $l19)))
                  (local.set $l14
                    (i32.load offset=4 align=1
                      (local.get $l19)))
                  (i32.store offset=16 align=1
                    (i32.load offset=72 align=1
                      (local.get $l19))
                    (i32.const 0))
                  (i32.store offset=20 align=1
                    (i32.load offset=72 align=1
                      (local.get $l19))
                    (i32.const 0))
                  (local.set $l18
                    (i32.shr_u
                      (i32.sub
                        (local.get $l13)
                        (i32.const 6144))
                      (i32.const 9)))
                  (local.set $l13
                    (i32.sub
                      (local.get $l13)
                      (i32.const 512)))
                  (i32.store offset=92 align=1
                    (i32.const 0)
                    (i32.shr_u
                      (i32.sub
                        (local.get $l13)
                        (i32.const 6144))
                      (i32.const 9)))
                  (if $I20
                    (i32.or
                      (i32.le_s
                        (local.get $l18)
                        (i32.load offset=112 align=1
                          (i32.const 0)))
                      (i32.le_s
                        (i32.load offset=92 align=1
                          (i32.const 0))
                        (i32.load offset=116 align=1
                          (i32.const 0))))
                    (then
                      (local.set $p0
                        (i32.const -6))
                      (br $B0)))
                  (br_if $B0
                    (i32.ne
                      (i32.shr_u
                        (local.tee $p0
                          (i32.load offset=1048576 align=1
                            (i32.shr_u
                              (i32.sub
                                (local.get $l14)
                                (i32.const 534656))
                              (i32.const 3))))
                        (i32.const 8))
                      (i32.const 0)))
                  (local.set $p0
                    (i32.and
                      (local.get $p0)
                      (i32.const 255)))
                  (br $L5)
                  (unreachable))
                (return
                  (i32.load offset=1048576 align=1
                    (i32.shr_u
                      (i32.sub
                        (i32.load offset=88 align=1
                          (i32.const 0))
                        (i32.const 534656))
                      (i32.const 3)))))
              (unreachable))
            (local.set $p0
              (i32.const -3))
            (br $B0))
          (local.set $p0
            (i32.const -4))
          (br $B0))
        (local.set $p0
          (i32.const -2))
        (br $B0))
      (local.set $p0
        (i32.const -1))
      (br $B0))
    (i64.store align=1
      (i32.const 0)
      (local.get $l1))
    (i64.store offset=8 align=1
      (i32.const 0)
      (local.get $l2))
    (i64.store offset=16 align=1
      (i32.const 0)
      (local.get $l3))
    (i64.store offset=24 align=1
      (i32.const 0)
      (local.get $l4))
    (i64.store offset=32 align=1
      (i32.const 0)
      (local.get $l5))
    (i64.store offset=40 align=1
      (i32.const 0)
      (local.get $l6))
    (i64.store offset=48 align=1
      (i32.const 0)
      (local.get $l7))
    (i64.store offset=56 align=1
      (i32.const 0)
      (local.get $l8))
    (i64.store offset=64 align=1
      (i32.const 0)
      (local.get $l9))
    (i64.store offset=72 align=1
      (i32.const 0)
      (local.get $l10))
    (i64.store offset=80 align=1
      (i32.const 0)
      (local.get $l11))
    (i32.store offset=88 align=1
      (i32.const 0)
      (local.get $l14))
    (i32.store offset=96 align=1
      (i32.const 0)
      (local.get $l12))
    (local.get $p0))
  (func $run (export "run") (type $t0) (param $p0 i32) (result i32)
    (loop $L0
      (br_if $L0
        (i32.ge_s
          (local.tee $p0
            (call_indirect $T0 (type $t0)
              (i32.and
                (local.get $p0)
                (i32.const 255))
              (i32.shr_u
                (local.get $p0)
                (i32.const 8))))
          (i32.const 0))))
    (local.get $p0))
  (func $f5 (type $t2) (param $p0 i32) (param $p1 i32) (result i32)
    (local $l2 i32) (local $l3 i32)
    (block $B0
      (local.set $p0
        (i32.shl
          (local.get $p0)
          (i32.const 3)))
      (i32.ge_u
        (local.tee $l2
          (i32.load offset=4 align=1
            (local.get $p0)))
        (i32.const 16384))
      (local.set $l2
        (i32.shl
          (local.get $l2)
          (i32.const 5)))
      (br_if $B0)
      (br_if $B0
        (i32.ge_u
          (local.tee $l3
            (i32.sub
              (i32.load align=1
                (local.get $p0))
              (i32.load offset=10244 align=1
                (local.get $l2))))
          (i32.load offset=10248 align=1
            (local.get $l2))))
      (br_if $B0
        (i32.gt_u
          (i32.add
            (i32.and
              (local.get $l3)
              (i32.load offset=10252 align=1
                (local.get $l2)))
            (local.get $p1))
          (i32.load offset=10256 align=1
            (local.get $l2))))
      (return
        (i32.add
          (i32.load offset=10240 align=1
            (local.get $l2))
          (local.get $l3))))
    (i32.const -1))
  (func $f6 (type $t1) (result i32)
    (local $l0 i32) (local $l1 i32) (local $l2 i32) (local $l3 i32) (local $l4 i32)
    (local.set $l0
      (i32.add
        (i32.mul
          (i32.load offset=92 align=1
            (i32.const 0))
          (i32.const 256))
        (i32.const 4096)))
    (block $B0
      (br_if $B0
        (i64.gt_u
          (i64.load align=1
            (i32.const 0))
          (i64.const 1)))
      (block $B1
        (if $I2
          (i32.eq
            (i32.load offset=80 align=1
              (local.get $l0))
            (i32.const 181))
          (then
            (local.set $l1
              (i32.add
                (i32.load offset=112 align=1
                  (local.get $l0))
                (i32.const 1)))
            (local.set $l2
              (i32.wrap_i64
                (i64.load align=1
                  (i32.const 0))))
            (i32.store offset=112 align=1
              (local.get $l0)
              (local.get $l1))
            (i32.store offset=120 align=1
              (local.get $l0)
              (local.get $l2))
            (if $I3
              (i32.or
                (local.get $l2)
                (i32.eq
                  (i32.load offset=144 align=1
                    (local.get $l0))
                  (local.get $l1)))
              (then
                (br $B1)))
            (i64.store offset=8 align=1
              (i32.const 0)
              (i64.extend_i32_u
                (local.get $l1)))
            (i64.store offset=16 align=1
              (i32.const 0)
              (i64.load offset=96 align=1
                (local.get $l0)))
            (i32.store offset=104 align=1
              (local.get $l0)
              (local.get $l1))
            (return
              (i32.const 1))))
        (br $B0))
      (i64.store align=1
        (i32.const 0)
        (i64.extend_i32_u
          (local.get $l1)))
      (i32.store offset=10256 align=1
        (i32.shl
          (i32.load offset=76 align=1
            (local.get $l0))
          (i32.const 5))
        (i32.const 0))
      (return
        (i32.const 3)))
    (i32.const 0))
  (func $f7 (type $t1) (result i32)
    (local $l0 i32) (local $l1 i32) (local $l2 i64)
    (block $B0
      (i32.ge_u
        (local.tee $l0
          (i32.load offset=12 align=1
            (i32.const 0)))
        (i32.const 16384))
      (local.set $l0
        (i32.shl
          (local.get $l0)
          (i32.const 5)))
      (br_if $B0)
      (br_if $B0
        (i32.ne
          (i32.load16_u offset=10264 align=1
            (local.get $l0))
          (i32.const 6)))
      (br_if $B0
        (i32.ne
          (i32.load offset=8 align=1
            (i32.const 0))
          (i32.load offset=10244 align=1
            (local.get $l0)))))
    (call $host.callHelper))
  (func $f8 (type $t1) (result i32)
    (local $l0 i32) (local $l1 i32) (local $l2 i64)
    (block $B0
      (i32.ge_u
        (local.tee $l0
          (i32.load offset=12 align=1
            (i32.const 0)))
        (i32.const 16384))
      (local.set $l0
        (i32.shl
          (local.get $l0)
          (i32.const 5)))
      (br_if $B0)
      (br_if $B0
        (i32.ne
          (i32.load16_u offset=10264 align=1
            (local.get $l0))
          (i32.const 6)))
      (br_if $B0
        (i32.ne
          (i32.load offset=8 align=1
            (i32.const 0))
          (i32.load offset=10244 align=1
            (local.get $l0)))))
    (call $host.callHelper))
  (func $f9 (type $t1) (result i32)
    (local $l0 i32) (local $l1 i32) (local $l2 i64)
    (block $B0
      (i32.ge_u
        (local.tee $l0
          (i32.load offset=12 align=1
            (i32.const 0)))
        (i32.const 16384))
      (local.set $l0
        (i32.shl
          (local.get $l0)
          (i32.const 5)))
      (br_if $B0)
      (br_if $B0
        (i32.ne
          (i32.load16_u offset=10264 align=1
            (local.get $l0))
          (i32.const 6)))
      (br_if $B0
        (i32.ne
          (i32.load offset=8 align=1
            (i32.const 0))
          (i32.load offset=10244 align=1
            (local.get $l0)))))
    (call $host.callHelper))
  (table $T0 1 1 funcref)
  (elem $e0 (i32.const 0) func $f3))
