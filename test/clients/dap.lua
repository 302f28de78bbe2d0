-- A minimal client of the Debug Adapter Protocol for Neovim: a process on pipes, requests that wait for their response,
-- events that are taken in the order in which they came. Nothing sleeps: what does not come in time is an error.

local Client = {}
Client.__index = Client

local patience = 30000

--- Starts an adapter. `log` is called with every message: '>' or '<', and the message.
function Client.start(command, args, log)
  local self = setmetatable({ seq = 0, buffer = '', responses = {}, events = {}, log = log }, Client)
  self.stdin, self.stdout = vim.loop.new_pipe(false), vim.loop.new_pipe(false)
  self.handle = vim.loop.spawn(command, { args = args, stdio = { self.stdin, self.stdout, nil } }, function()
    self.exited = true
  end)
  if not self.handle then error('cannot start ' .. command) end
  vim.loop.read_start(self.stdout, function(err, chunk)
    if err or not chunk then return end
    self.buffer = self.buffer .. chunk
    vim.schedule(function() self:take() end)
  end)
  return self
end

--- Takes whole messages out of the buffer: a header with the length, an empty line, JSON.
function Client:take()
  while true do
    local from, to, length = self.buffer:find('Content%-Length: (%d+)\r\n\r\n')
    if not from or #self.buffer < to + tonumber(length) then return end
    local body = self.buffer:sub(to + 1, to + tonumber(length))
    self.buffer = self.buffer:sub(to + tonumber(length) + 1)
    local message = vim.json.decode(body)
    self.log('<', message)
    if message.type == 'response' then
      self.responses[message.request_seq] = message
    elseif message.type == 'event' then
      table.insert(self.events, message)
    end
  end
end

function Client:wait(what, ready)
  local found
  vim.wait(patience, function()
    found = ready()
    return found ~= nil or self.exited == true
  end, 5)
  if found == nil then error('no ' .. what) end
  return found
end

--- Sends a request and gives the body of its response.
function Client:request(command, arguments)
  self.seq = self.seq + 1
  local seq = self.seq
  local message = { seq = seq, type = 'request', command = command, arguments = arguments }
  self.log('>', message)
  local body = vim.json.encode(message)
  self.stdin:write('Content-Length: ' .. #body .. '\r\n\r\n' .. body)
  local response = self:wait('response to ' .. command, function() return self.responses[seq] end)
  if not response.success then error(command .. ': ' .. (response.message or '')) end
  return response.body
end

--- The next event of a name; earlier ones of other names are dropped.
function Client:event(name)
  return self:wait('event ' .. name, function()
    while #self.events > 0 do
      local event = table.remove(self.events, 1)
      if event.event == name then return event.body or {} end
    end
  end)
end

function Client:stop()
  self.stdin:close()
  vim.wait(patience, function() return self.exited == true end, 5)
end

return Client
