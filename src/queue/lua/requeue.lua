#!lua
-- Purpose: puts dead letters back as waiting messages with their attempts reset.
-- KEYS: common.lua.
-- ARGV: [2] nonce of this call, [3] its place in ANSWERS, [4] most letters, [5] letters per second (0 = all at once),
--   [6...] ids; none: the oldest.
-- Result: how many.
--- @include common place pick

local refused = enter()
if refused then return refused end
local nonce, place = ARGV[2], ARGV[3]
local before = answer_before(place, nonce)
if before then return tonumber(before) end
local per_second = tonumber(ARGV[5])
local moved = 0
for _, id in ipairs(pick_letters(tonumber(ARGV[4]), 6)) do
  local packed = redis.call('HGET', LETTERS, id)
  if packed then
    redis.call('HDEL', LETTERS, id)
    redis.call('ZREM', DEAD, id)
    -- A newer message of that id that waits or runs stands for the letter.
    if redis.call('HEXISTS', MSGS, id) == 0 then
      local r = parse(cmsgpack.unpack(packed)[5])
      r.seq, r.sent, r.retries = pad(take(1)), pad(S.ms), 0
      if r.expires <= S.ms then r.expires = 0 end
      redis.call('HSET', MSGS, id, format(r))
      count_in_group(r, 1)
      local delay = per_second > 0 and math.floor(moved * 1000 / per_second) or 0
      to_waiting(id, r, S.ms + delay)
    end
    moved = moved + 1
  end
end
if S.wake or S.rearm then wake() end
keep_answer(place, nonce .. ' ' .. moved)
save()
return moved
