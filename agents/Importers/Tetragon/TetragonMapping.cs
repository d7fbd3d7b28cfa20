using System.Buffers.Binary;
using System.Net;
using System.Text.Json;
using Pipeline.Domain.Events;

namespace Agents.Importers.Tetragon;

/// <summary>What becomes of one event of Tetragon. Not thread-safe.</summary>
internal sealed class TetragonMapping(EventWriter writer)
{
    private const int Connect = 42;
    private const int Listen = 50;

    private readonly TetragonTasks _tasks = new(writer);
    private readonly TetragonHooks _hooks = new(writer);

    public Outcome Map(string kind, string function, JsonElement body, long wallNs)
    {
        if (kind == "rate_limit_info") return Lost(body, wallNs);
        if (_tasks.Read(body) is not { } task) return Outcome.Unmapped;
        switch (kind)
        {
            case "process_exec":
                Begin(body, wallNs);
                Executed(task, body.Field("process"));
                return Outcome.Mapped;
            case "process_exit":
                Begin(body, wallNs);
                writer.Process(task, new ProcessRecord
                {
                    Action = ProcessAction.Exited,
                    ExitCode = (int)(body.Number("status") ?? 0),
                    ExitSignal = Signals.NumberOf(body.Text("signal")),
                });
                return Outcome.Mapped;
            case "process_connect":
                Begin(body, wallNs);
                return Socket(task, Connect, wallNs, body.Text("destination_ip"), body.Number("destination_port"));
            case "process_listen":
                Begin(body, wallNs);
                return Socket(task, Listen, wallNs, body.Text("ip"), body.Number("port"));
            case "process_kprobe":
                if (!TetragonHooks.Handles(function, body)) return Outcome.Unmapped;
                Begin(body, wallNs);
                _hooks.Map(task, function, body);
                return Outcome.Mapped;
            default:
                return Outcome.Unmapped;
        }
    }

    private void Begin(JsonElement body, long wallNs)
    {
        writer.At(wallNs);
        _tasks.Announce(body.Field("process").Field("pod"));
    }

    private void Executed(TaskSnapshot task, JsonElement process)
    {
        byte[] arguments = CommandLine.Split(process.Text("binary"), process.Text("arguments"));
        string flags = process.Text("flags");
        writer.Process(task, new ProcessRecord
        {
            // Found in /proc when the sensor started.
            Action = flags.Contains("procFS", StringComparison.Ordinal) ? ProcessAction.Existing : ProcessAction.Executed,
            FileName = writer.Text(Utf8Text.Of(process.Text("binary"))),
            Arguments = writer.Text(arguments, EventWriter.MostArguments),
            ArgumentsTruncated = arguments.Length > EventWriter.MostArguments || flags.Contains("truncArgs", StringComparison.Ordinal),
            WorkingDirectory = writer.Text(Utf8Text.Of(process.Text("cwd"))),
        });
    }

    /// <summary>Tetragon reports a connection once it is there.</summary>
    private Outcome Socket(TaskSnapshot task, int number, long wallNs, string address, long? port)
    {
        byte[] socket = IPAddress.TryParse(address, out IPAddress? ip) && port is >= 0 and <= ushort.MaxValue
            ? SocketAddressOf(ip, (ushort)port)
            : [];
        writer.Syscall(task, new SyscallRecord
        {
            Number = number,
            EnterNs = wallNs - writer.BootWallNs,
            FirstNs = wallNs - writer.BootWallNs,
            Data = writer.Text(socket),
            Count = 1,
        });
        return Outcome.Mapped;
    }

    private Outcome Lost(JsonElement body, long wallNs)
    {
        if (body.Number("number_of_dropped_process_events") is not (> 0 and { } count)) return Outcome.Unmapped;
        writer.At(wallNs);
        writer.Loss(new LossRecord { Cause = LossCause.RateLimit, Count = count });
        return Outcome.Mapped;
    }

    private static byte[] SocketAddressOf(IPAddress ip, ushort port)
    {
        byte[] bytes = ip.GetAddressBytes();
        byte[] address = new byte[bytes.Length == 4 ? 16 : 28];
        address[0] = bytes.Length == 4 ? (byte)2 : (byte)10; // AF_INET, AF_INET6
        BinaryPrimitives.WriteUInt16BigEndian(address.AsSpan(2), port);
        bytes.CopyTo(address, bytes.Length == 4 ? 4 : 8);
        return address;
    }
}
