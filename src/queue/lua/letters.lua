#!lua flags=no-writes,allow-oom
-- Purpose: reads a page of dead letters, oldest first, or one by id.
-- KEYS: common.lua.
-- ARGV: [2] `list` or `get`, [3] cursor (score of the last letter seen, 0 for the first page) or id,
--   [4] most letters, [5] most bytes (one letter is always answered).
-- Result: cursor ('' on the last page), then six per letter: id, failed at, attempts, error (JSON),
--   annotation, record.
--- @include common

local refused = enter(true)
if refused then return refused end
local reply, bytes = { '' }, 0

local function append(id, packed)
  local letter = cmsgpack.unpack(packed)
  local n = #reply
  reply[n + 1] = id
  reply[n + 2] = string.format('%.0f', letter[1])
  for i = 2, 5 do reply[n + 1 + i] = i == 2 and string.format('%.0f', letter[2]) or letter[i] end
  bytes = bytes + #packed
end

if ARGV[2] == 'get' then
  local packed = redis.call('HGET', LETTERS, ARGV[3])
  if packed then append(ARGV[3], packed) end
  return reply
end
local limit, budget = tonumber(ARGV[4]), tonumber(ARGV[5])
local found = redis.call('ZRANGEBYSCORE', DEAD, '(' .. ARGV[3], '+inf', 'WITHSCORES', 'LIMIT', 0, limit + 1)
for i = 1, #found, 2 do
  if i > limit * 2 or bytes > budget then break end
  append(found[i], redis.call('HGET', LETTERS, found[i]))
  reply[1] = i + 1 < #found and found[i + 1] or ''
end
return reply
