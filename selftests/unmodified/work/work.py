# SPDX-License-Identifier: GPL-2.0-only
#
# Work for python3, without end: the interpreter in itself, called back from C, in
# threads.

import decimal
import functools
import hashlib
import json
import re
import threading

def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

class Node:
    def __init__(self, depth):
        self.children = [Node(depth - 1) for _ in range(3)] if depth else []

    def __len__(self):
        return 1 + sum(map(len, self.children))

    def __lt__(self, other):
        return len(self) < len(other)

def called_back():
    words = re.sub(r'\w+', lambda m: m.group()[::-1], 'a walk through C ' * 50).split()
    words.sort(key=functools.cmp_to_key(lambda a, b: (a > b) - (a < b)))
    return sorted([Node(i % 4) for i in range(12)]), words

def library():
    text = json.dumps({str(i): [i, float(i), {'n': None}] for i in range(200)}, indent=1)
    assert json.loads(text)['7'][0] == 7
    digest = hashlib.sha256(text.encode() * 20).hexdigest()
    return digest, decimal.Decimal(2).sqrt(decimal.Context(prec=300))

def work():
    while True:
        fib(14)
        called_back()
        library()

threading.Thread(target=work, daemon=True).start()
work()
