-- A debug session as a user of Neovim has it: the source in a window, a breakpoint on the line of the cursor, the cursor
-- goes where the program stops. Writes a transcript. Usage:
--   nvim --headless --clean -c "luafile session.lua", with NODE, CLI, EXAMPLES and TRANSCRIPT in the environment

local here = debug.getinfo(1, 'S').source:sub(2):match('^(.*)/')
local Client = dofile(here .. '/dap.lua')

local examples = vim.env.EXAMPLES
local transcript = io.open(vim.env.TRANSCRIPT, 'w')

local function say(text)
  transcript:write(text, '\n')
end

--- One line a message: the parts of it that a reader wants.
local function log(direction, message)
  local name = message.command or message.event
  local kind = direction == '>' and '>' or message.type == 'event' and '*' or message.success and '<' or '< failed'
  say(kind .. ' ' .. name)
end

--- Puts the cursor where a frame stands, as the user sees it.
local function show(frame)
  vim.cmd('edit ' .. vim.fn.fnameescape(frame.source.path))
  vim.api.nvim_win_set_cursor(0, { frame.line, math.max(frame.column - 1, 0) })
  say('  cursor: ' .. vim.fn.expand('%:t') .. ':' .. frame.line .. '  ' .. vim.trim(vim.api.nvim_get_current_line()))
end

local function stopped(client)
  local stop = client:event('stopped')
  local stack = client:request('stackTrace', { threadId = 1 })
  say('  ' .. stop.description)
  for _, frame in ipairs(stack.stackFrames) do
    say('  at ' .. frame.name .. ' ' .. frame.source.name .. ':' .. frame.line)
  end
  show(stack.stackFrames[1])
  return stack.stackFrames[1]
end

local function variables(client, frame, scope_name)
  local scopes = client:request('scopes', { frameId = frame.id }).scopes
  for _, scope in ipairs(scopes) do
    if scope.name == scope_name then
      say('  ' .. scope.name)
      local list = client:request('variables', { variablesReference = scope.variablesReference }).variables
      for _, variable in ipairs(list) do
        say('    ' .. variable.name .. ' = ' .. variable.value:gsub('0x%x%x%x%x%x+', '<address>'))
      end
    end
  end
end

local function run()
  local client = Client.start(vim.env.NODE, { vim.env.CLI, 'dap' }, log)
  client:request('initialize', {
    clientID = 'neovim',
    adapterID = 'bpf',
    pathFormat = 'path',
    linesStartAt1 = true,
    columnsStartAt1 = true,
  })
  client:request('launch', { scenario = examples .. '/count.scenario.json' })
  client:event('initialized')

  vim.cmd('edit ' .. vim.fn.fnameescape(examples .. '/count.bpf.c'))
  vim.fn.search('ctx->packets += value->packets')
  local line = vim.fn.line('.')
  local set = client:request('setBreakpoints', {
    source = { path = vim.fn.expand('%:p') },
    breakpoints = { { line = line } },
  })
  say('  breakpoint at line ' .. set.breakpoints[1].line .. (set.breakpoints[1].verified and '' or ' not') .. ' verified')
  client:request('configurationDone')

  local frame = stopped(client)
  variables(client, frame, 'Locals')
  local watch = client:request('evaluate', { expression = 'value->packets * 2', frameId = frame.id, context = 'watch' })
  say('  value->packets * 2 = ' .. watch.result)
  local elements = client:request('evaluate', { expression = '.map counts', frameId = frame.id, context = 'repl' })
  say('  ' .. elements.result:gsub('\n', '\n  '))

  client:request('continue', { threadId = 1 })
  frame = stopped(client)
  variables(client, frame, 'Traversal')

  client:request('setBreakpoints', { source = { path = vim.fn.expand('%:p') }, breakpoints = {} })
  client:request('stepOut', { threadId = 1 })
  stopped(client)
  client:request('continue', { threadId = 1 })
  stopped(client)
  client:request('disconnect')
  client:stop()
end

local ok, problem = pcall(run)
if not ok then say('error: ' .. tostring(problem)) end
transcript:close()
vim.cmd(ok and 'qall!' or 'cquit!')
