; SPDX-License-Identifier: GPL-2.0-only
;
; Work for lli: main calls outer calls middle calls leaf, which is where the time goes. None
; of them has a frame pointer; middle's frame grows and shrinks as it saves registers.

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

@sink = dso_local global i64 0, align 8

define dso_local i64 @leaf(i64 %n) #0 {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %loop ]
  %sum = phi i64 [ 0, %entry ], [ %sum.next, %loop ]
  %square = mul i64 %i, %i
  %shifted = lshr i64 %sum, 3
  %mixed = xor i64 %square, %shifted
  %read = load volatile i64, i64* @sink, align 8
  %more = xor i64 %mixed, %read
  %sum.next = add i64 %sum, %more
  %i.next = add nuw i64 %i, 1
  %done = icmp eq i64 %i.next, %n
  br i1 %done, label %end, label %loop

end:
  ret i64 %sum.next
}

define dso_local i64 @middle(i64 %n) #0 {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %loop ]
  %sum = phi i64 [ 0, %entry ], [ %sum.next, %loop ]
  %length = add i64 %n, %i
  %got = call i64 @leaf(i64 %length)
  %sum.next = add i64 %sum, %got
  %i.next = add nuw i64 %i, 1
  %done = icmp eq i64 %i.next, 10
  br i1 %done, label %end, label %loop

end:
  ret i64 %sum.next
}

define dso_local i64 @outer(i64 %n) #0 {
  %a = call i64 @middle(i64 %n)
  %m = add i64 %n, 7
  %b = call i64 @middle(i64 %m)
  %sum = add i64 %a, %b
  ret i64 %sum
}

define dso_local i32 @main() #0 {
entry:
  br label %loop

loop:
  %got = call i64 @outer(i64 100)
  store volatile i64 %got, i64* @sink, align 8
  br label %loop
}

attributes #0 = { noinline nounwind uwtable "frame-pointer"="none" }
