using System.ComponentModel.DataAnnotations;
using Pipeline.Domain.Events;

namespace Pipeline.Detection.HighRiskSystemCall;

/// <summary>The text, or each text of a list, names a system call of x86_64 or arm64.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SystemCallNameAttribute() : ValidationAttribute("is not the name of a system call")
{
    public override bool IsValid(object? value) => value is string name && SyscallNames.All.Contains(name);
}
