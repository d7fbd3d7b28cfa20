using System.CommandLine;
using Pipeline.Host.Commands;

return AlarmCtl.Run(args, new InvocationConfiguration());
