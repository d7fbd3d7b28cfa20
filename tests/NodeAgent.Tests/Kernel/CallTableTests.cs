using System.Text.RegularExpressions;
using Agents.NodeAgent.Kernel.Rules;
using Pipeline.Domain.Events;
using Testing;

namespace NodeAgent.Tests.Kernel;

public sealed class CallTableTests
{
    [Fact]
    public void Has_each_call_once_and_each_32_bit_number_for_one_call()
    {
        // What mmap maps is switched on kind by kind.
        CollectedCall[] calls = [.. CallTable.All.Where(call => !call.Name.StartsWith("mmap_", StringComparison.Ordinal))];
        calls.Select(call => call.Number).ShouldBeUnique();
        calls.SelectMany(call => call.Compat).ShouldBeUnique();
        CallTable.All.Select(call => call.Name).ShouldBeUnique();
        CallTable.All.ShouldAllBe(call => call.Number < CallTable.Calls - 1);
    }

    [Fact]
    public void Collects_what_switches_say()
    {
        CallTable.Select("+kill, -write").Select(call => call.Name).ShouldContain("kill");
        CallTable.Select("+kill, -write").Select(call => call.Name).ShouldNotContain("write");
        CallTable.Select("").Select(call => call.Name).ShouldNotContain("kill");
    }

    [Theory]
    [InlineData("kill")]
    [InlineData("+no_such_call")]
    [InlineData("-")]
    public void Refuses_switches_that_mean_nothing(string switches) => Should.Throw<FormatException>(() => CallTable.Select(switches));

    [Fact]
    public void Leaves_calls_that_are_off_out_of_the_programs_tables()
    {
        var rules = new CallRule[CallTable.Calls];
        ushort[] compat = new ushort[CallTable.Calls];

        CallTable.Fill(CallTable.All.Where(call => call.Name == "reboot"), rules, compat);

        rules.Select((rule, number) => (rule.On, number)).Where(rule => rule.On != 0).Select(rule => rule.number).ShouldBe([169]);
        compat[88].ShouldBe((ushort)169);
        rules[compat[5]].On.ShouldBe((byte)0);
    }

    [Theory]
    [InlineData("", MapKinds.Shared, FileOperation.MapSharedWritable)]
    [InlineData("+mmap_code", MapKinds.Shared | MapKinds.Code, FileOperation.MapSharedWritable)]
    [InlineData("-mmap, +mmap_private", MapKinds.Private, default(FileOperation))]
    public void Joins_what_is_wanted_of_one_call(string switches, object wanted, FileOperation operation)
    {
        var rules = new CallRule[CallTable.Calls];

        CallTable.Fill(CallTable.Select(switches), rules, new ushort[CallTable.Calls]);

        rules[9].Value.ShouldBe((ulong)(MapKinds)wanted);
        rules[9].Operation.ShouldBe((byte)operation);
    }

    [Fact]
    public void Is_documented_to_the_last_call()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "kernel-events.md"));

        CallTable.All.Select(call => call.Name).Where(name => !Regex.IsMatch(page, $@"[| ]{name}[| ;\n]")).ShouldBeEmpty();
    }
}
