using System.Text.Json.Nodes;

namespace EventStore.Tests.Dashboards;

/// <summary>What Grafana would refuse or show wrongly, without a Grafana.</summary>
public sealed class DashboardFileTests
{
    private static readonly string[] PanelTypes = ["stat", "timeseries", "bargauge", "table", "heatmap"];

    [Fact]
    public void Have_ids_and_titles_of_their_own()
    {
        Dashboard[] all = Dashboard.All();

        all.Select(d => d.Json["title"]!.GetValue<string>()).ShouldBeUnique();
        all.Select(d => d.Json["uid"]!.GetValue<string>()).ShouldBeUnique();
        all.ShouldAllBe(d => d.Json["uid"]!.GetValue<string>().Length <= 40 && d.Json["id"] == null && d.Json["__inputs"] == null);
        all.ShouldAllBe(d => d.Json["schemaVersion"]!.GetValue<int>() > 0 && !d.Json.ToJsonString().Contains("${DS_", StringComparison.Ordinal));
        foreach (Dashboard d in all) d.Panels.Select(panel => panel["id"]!.GetValue<int>()).ShouldBeUnique();
    }

    [Fact]
    public void Say_of_each_panel_what_it_shows_and_in_what_unit()
    {
        foreach (Dashboard d in Dashboard.All())
        {
            d.Panels.ShouldAllBe(p => PanelTypes.Contains(p["type"]!.GetValue<string>()), d.File);
            d.Panels.ShouldAllBe(p => p["title"]!.GetValue<string>() != "" && p["description"]!.GetValue<string>() != "", d.File);
            d.Panels.ShouldAllBe(p => p["fieldConfig"]!["defaults"]!["unit"]!.GetValue<string>() != "", d.File);
            d.Panels.ShouldAllBe(p => p["datasource"]!["uid"]!.GetValue<string>() == "alarms" && p["targets"]![0]!["rawQuery"]!.GetValue<bool>(), d.File);
        }
    }

    [Fact]
    public void Place_panels_inside_the_grid_and_beside_each_other()
    {
        foreach (Dashboard d in Dashboard.All())
        {
            (int X, int Y, int W, int H)[] places = [.. d.Panels.Select(p => p["gridPos"]!).Select(g => (Of(g, "x"), Of(g, "y"), Of(g, "w"), Of(g, "h")))];
            places.ShouldAllBe(p => p.X >= 0 && p.W > 0 && p.H > 0 && p.X + p.W <= 24, d.File);
            (from a in places.Index() from b in places.Index() where a.Index < b.Index select (a.Item, b.Item))
                .ShouldAllBe(pair => pair.Item1.X + pair.Item1.W <= pair.Item2.X || pair.Item2.X + pair.Item2.W <= pair.Item1.X
                    || pair.Item1.Y + pair.Item1.H <= pair.Item2.Y || pair.Item2.Y + pair.Item2.H <= pair.Item1.Y, d.File);
        }
    }

    [Fact]
    public void Use_each_variable_that_they_have()
    {
        foreach (Dashboard d in Dashboard.All())
            d.Variables.ShouldAllBe(v => d.Queries.Any(q => q.Sql.Contains($"${v.Name}", StringComparison.Ordinal)), d.File);
    }

    [Fact]
    public void Are_provisioned_with_the_source_that_they_ask_and_no_secret()
    {
        string source = File.ReadAllText(Path.Combine(Dashboard.Folder, "provisioning", "datasources", "pipeline.yaml"));
        string provider = File.ReadAllText(Path.Combine(Dashboard.Folder, "provisioning", "dashboards", "pipeline.yaml"));

        source.ShouldContain("uid: alarms");
        source.ShouldContain("password: $PIPELINE_READER_PASSWORD");
        source.ShouldContain("editable: false");
        Keys(source).ShouldBeSubsetOf([
            "apiVersion", "datasources", "name", "uid", "type", "access", "url", "user", "isDefault", "editable", "jsonData", "database", "sslmode", "postgresVersion",
            "timescaledb", "maxOpenConns", "maxIdleConns", "connMaxLifetime", "timeInterval", "secureJsonData", "password"]);
        Keys(provider).ShouldBeSubsetOf([
            "apiVersion", "providers", "name", "orgId", "folder", "type", "disableDeletion", "allowUiUpdates", "updateIntervalSeconds", "options", "path"]);
    }

    private static int Of(JsonNode place, string side) => place[side]!.GetValue<int>();

    private static IEnumerable<string> Keys(string yaml) => yaml.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimStart(' ', '-').Split(':')[0]);
}
