#!lua
-- Purpose: writes a note beside a dead letter; replaces an earlier one.
-- KEYS: common.lua.
-- ARGV: [2] id, [3] note.
-- Result: 1, or 0 if there is no such letter.
--- @include common

local refused = enter()
if refused then return refused end
local packed = redis.call('HGET', LETTERS, ARGV[2])
if not packed then return 0 end
local letter = cmsgpack.unpack(packed)
letter[4] = ARGV[3]
redis.call('HSET', LETTERS, ARGV[2], cmsgpack.pack(letter))
return 1
