using System.CommandLine;
using Pipeline.Detection;
using Pipeline.Host.Commands.Alarms;
using Pipeline.Policies;
using Pipeline.Policies.Writing;

namespace Pipeline.Host.Commands;

/// <summary>Prints and checks detection policies without any server, and changes the policy of a running pipeline.</summary>
internal static class PolicyCommand
{
    public static Command Create()
    {
        var command = new Command("policy", "Detection policies: print the built-in one, check one; see, change and restore that of a running pipeline.")
        {
            Default(), Validate(),
        };
        foreach (Command one in PolicyHistoryCommands.All(AlarmsCommand.UrlOption())) command.Add(one);
        return command;
    }

    private static Command Default()
    {
        var command = new Command("default", "Print the built-in policy as YAML, with the reason of each setting: a place to start from.");
        command.SetAction(parsed =>
            parsed.InvocationConfiguration.Output.Write(PolicyYaml.Write(DetectionPolicy.Default, SettingReasons.OfDetection())));
        return command;
    }

    private static Command Validate()
    {
        var file = new Argument<string>("FILE") { Description = "The policy." };
        var command = new Command("validate",
            "Check a policy. Exit code 0: it can be used, 2: it cannot; standard error says where and why.") { file };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(file)!;
            if (PolicyFile.Read(path, "alarmctl policy", parsed.InvocationConfiguration.Error) is not { } policy) return AlarmCtl.Unusable;
            parsed.InvocationConfiguration.Output.WriteLine(
                $"{Printable.Of(path)}: policy {Printable.Of(policy.Id)}, version {policy.Version}, is valid");
            return 0;
        });
        return command;
    }
}
