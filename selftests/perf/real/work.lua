-- SPDX-License-Identifier: GPL-2.0-only
-- What Lua does while perf records it.

local function fib(n)
	if n < 2 then return n end
	return fib(n - 1) + fib(n - 2)
end

local function words(n)
	local list, seed = {}, 12345
	for i = 1, n do
		seed = (seed * 1103515245 + 12345) % 2147483648
		list[i] = string.format("%08x", seed)
	end
	return list
end

local function sorted(list)
	table.sort(list, function(a, b) return a < b end)
	return list[1], list[#list]
end

local function counted(text)
	local count = {}
	for letter in text:gmatch("%x") do
		count[letter] = (count[letter] or 0) + 1
	end
	return count["7"]
end

local function rope(n)
	local parts = {}
	for i = 1, n do
		parts[#parts + 1] = tostring(i):rep(3):reverse():upper()
	end
	return #table.concat(parts, ",")
end

-- A coroutine per number, each asking the one before it: sieve of primes.
local function primes(n)
	local function numbers()
		return coroutine.wrap(function()
			for i = 2, math.huge do coroutine.yield(i) end
		end)
	end
	local function without(p, source)
		return coroutine.wrap(function()
			for i in source do
				if i % p ~= 0 then coroutine.yield(i) end
			end
		end)
	end
	local source, p = numbers(), nil
	for _ = 1, n do
		p = source()
		source = without(p, source)
	end
	return p
end

-- Objects, closures and an error that is caught deep below.
local function objects(n)
	local meta = { __add = function(a, b) return a.value + b.value end }
	local sum = 0
	for i = 1, n do
		local a = setmetatable({ value = i }, meta)
		local fine, why = pcall(function()
			if i % 3 == 0 then error({ code = i }) end
			return a + a
		end)
		sum = sum + (fine and why or why.code)
	end
	return sum
end

local scale = tonumber(arg[1]) or 1
for _ = 1, scale do
	local list = words(15000)
	print(fib(23), sorted(list))
	print(counted(table.concat(list)), rope(8000), primes(9))
	print(objects(8000), load("return 6 * " .. ("(1 + 0) * "):rep(60) .. "7")())
end
