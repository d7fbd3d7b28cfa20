using System.Text.Json;
using Pipeline.Domain.Events;

namespace Agents.Importers.Tetragon;

/// <summary>
/// Kernel functions that a tracing policy hooks. Mapped are those whose result is known: a system call with its return value, a hook that
/// only runs after success, a permission check with its answer. A hook at the entry of a function does not tell whether anything happened,
/// and is not mapped.
/// </summary>
internal sealed class TetragonHooks(EventWriter writer)
{
    private const string Descriptor = "fd_install";
    private const string Permission = "security_file_permission";
    private const string Mapping = "security_mmap_file";
    private const string Truncation = "security_path_truncate";
    private const long MayWrite = 2; // MAY_WRITE of the kernel's linux/fs.h
    private const long WritableShared = 2; // PROT_WRITE, mmap(2)

    private static readonly string[] NumberFields = ["int_arg", "uint_arg", "long_arg", "size_arg", "syscall_id"];

    public static bool Handles(string function, JsonElement body) => function switch
    {
        Descriptor => true,
        Permission or Mapping or Truncation => Returned(body) is not null,
        _ => Returned(body) is not null && TryNumber(function, out _),
    };

    /// <summary>For what <see cref="Handles"/>.</summary>
    public void Map(TaskSnapshot task, string function, JsonElement body)
    {
        if (function is Descriptor or Permission or Mapping or Truncation) File(task, function, body);
        else Syscall(task, function, body);
    }

    private void File(TaskSnapshot task, string function, JsonElement body)
    {
        string path = "";
        long? number = null;
        foreach (JsonElement argument in body.Items("args"))
        {
            if (PathOf(argument) is { Length: > 0 } named) path = named;
            number ??= NumberOf(argument);
        }

        FileOperation operation = function switch
        {
            Descriptor => FileOperation.Open,
            Truncation => FileOperation.Truncate,
            Permission when (number & MayWrite) != 0 => FileOperation.Write,
            Mapping when (number & WritableShared) != 0 => FileOperation.MapSharedWritable,
            _ => FileOperation.Other,
        };
        writer.File(task, new FileRecord
        {
            Operation = operation,
            Path = writer.Text(Utf8Text.Of(path)),
            Flags = function == Descriptor ? 0 : number ?? 0,
            Result = function == Descriptor ? number ?? 0 : Returned(body) ?? 0,
            Count = 1,
        });
    }

    private void Syscall(TaskSnapshot task, string function, JsonElement body)
    {
        TryNumber(function, out int number);
        var record = new SyscallRecord
        {
            Number = number,
            Result = Returned(body) ?? 0,
            EnterNs = writer.BootNs,
            FirstNs = writer.BootNs,
            Count = 1,
        };
        int place = 0;
        foreach (JsonElement argument in body.Items("args"))
        {
            if (place == 6) break;
            if (PathOf(argument) is { Length: > 0 } path)
            {
                if (record.Path.IsEmpty) record.Path = writer.Text(Utf8Text.Of(path));
                else if (record.OtherPath.IsEmpty) record.OtherPath = writer.Text(Utf8Text.Of(path));
            }

            record.Arguments[place++] = NumberOf(argument) ?? 0;
        }

        writer.Syscall(task, record);
    }

    /// <summary>Only of x86_64: the numbers of other architectures are others.</summary>
    private static bool TryNumber(string function, out int number)
    {
        number = 0;
        foreach (string prefix in (ReadOnlySpan<string>)["__x64_sys_", "sys_"])
        {
            if (function.StartsWith(prefix, StringComparison.Ordinal)) return SyscallTable.TryNumber(function[prefix.Length..], out number);
        }

        return false;
    }

    private static long? Returned(JsonElement body) => NumberOf(body.Field("return"));

    private static long? NumberOf(JsonElement argument)
    {
        foreach (string field in NumberFields)
        {
            if (argument.Number(field) is { } number) return number;
        }

        return null;
    }

    private static string PathOf(JsonElement argument)
    {
        foreach (string field in (ReadOnlySpan<string>)["file_arg", "path_arg"])
        {
            if (argument.Field(field).Text("path") is { Length: > 0 } path) return path;
        }

        return argument.Text("string_arg");
    }
}
