using Agents.NodeAgent.Cri;
using Pipeline.Domain.Events;

namespace NodeAgent.Tests.Cri;

public sealed class CriLedgerTests
{
    private readonly CriLedger _ledger = new(2);

    [Fact]
    public void Tells_each_step_once_however_often_and_in_whatever_words_it_is_heard_of()
    {
        _ledger.Advance("a", CriStage.Created).ShouldBe([ContainerAction.Created]);
        _ledger.Advance("a", CriStage.Created).ShouldBeEmpty();
        _ledger.Advance("a", CriStage.Running).ShouldBe([ContainerAction.Started]);
        _ledger.Advance("a", CriStage.Created).ShouldBeEmpty();
        _ledger.Advance("a", CriStage.Ended).ShouldBe([ContainerAction.Died]);
        _ledger.Advance("a", CriStage.Running).ShouldBeEmpty();
        _ledger.Advance("a", CriStage.Removed).ShouldBe([ContainerAction.Removed]);
        _ledger.Advance("a", CriStage.Removed).ShouldBeEmpty();
        _ledger.Advance("a", CriStage.Created).ShouldBeEmpty();
    }

    [Fact]
    public void Fills_in_the_steps_that_nobody_told_of()
    {
        _ledger.Advance("a", CriStage.Ended).ShouldBe([ContainerAction.Created, ContainerAction.Started, ContainerAction.Died]);
        _ledger.Advance("b", CriStage.Running).ShouldBe([ContainerAction.Created, ContainerAction.Started]);
        _ledger.Advance("b", CriStage.Removed).ShouldBe([ContainerAction.Died, ContainerAction.Removed]);
    }

    [Fact]
    public void Does_not_tell_of_a_start_that_failed()
    {
        _ledger.Advance("a", CriStage.Created);

        _ledger.Advance("a", CriStage.Ended, ran: false).ShouldBeEmpty();
        _ledger.Advance("a", CriStage.Removed).ShouldBe([ContainerAction.Removed]);
    }

    [Fact]
    public void Says_nothing_of_what_was_there_before()
    {
        _ledger.Note("a", CriStage.Running);

        _ledger.Advance("a", CriStage.Running).ShouldBeEmpty();
        _ledger.Advance("a", CriStage.Ended).ShouldBe([ContainerAction.Died]);
    }

    [Fact]
    public void Follows_no_more_containers_than_its_bound()
    {
        _ledger.Advance("a", CriStage.Created);
        _ledger.Advance("b", CriStage.Created);

        _ledger.Advance("c", CriStage.Running).ShouldBeEmpty();
        _ledger.Ids.ShouldBe(["a", "b"], ignoreOrder: true);
    }
}
