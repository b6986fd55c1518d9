namespace TestServers.Tests.Unit.Settings;

/// <summary>The databases of an app and the bases of each: what can be, and how what cannot is told.</summary>
public sealed class SeveralBasesTest
{
    [Theory]
    [InlineData(
        "{}",
        "`apps[1].databases` is wrong (in `desk`): it is an object, and a right one names 1 to 16 databases"
    )]
    [InlineData("[]", "`apps[1].databases` is wrong (in `desk`): it is an empty list, and a right one is an object of")]
    [InlineData("""{"default": []}""", "`apps[1].databases.default` is wrong (in `desk`): it is an empty list, and a ")]
    [InlineData(
        """{"default": "shop"}""",
        "`apps[1].databases.default` is wrong (in `desk`): it is `shop`, and a right"
    )]
    [InlineData("""{"default": ["shp"]}""", "did you mean `shop`?")]
    [InlineData(
        """{"default": ["shop", "Shop"]}""",
        "`apps[1].databases.default[1]` is wrong (in `desk`): it is `Shop`"
    )]
    [InlineData("""{"Main": ["shop"]}""", "`apps[1].databases` is wrong: it names `Main`")]
    [InlineData("""{"a.b": ["shop"]}""", "`apps[1].databases` is wrong: it names `a.b`")]
    [InlineData("""{"default": ["shop"], "default": ["reports"]}""", "`apps[1].databases.default` is given twice")]
    [InlineData(
        """{"default": ["shop"], "reports": ["shop"]}""",
        "`apps[1].databases.reports[0]` is wrong (in `desk`): it is `shop`, and a right one stands once among an app's"
            + " bases, as a server has one copy of each; default has it before"
    )]
    [InlineData(
        """{"default": ["shop", "shop"]}""",
        "`apps[1].databases.default[1]` is wrong (in `desk`): it is `shop`"
    )]
    [InlineData("""{"main": ["shop"], "reports": ["reports"]}""", "a right one names one of several `default`")]
    public void A_wrong_one_is_told_with_its_place(string databases, string sentence)
    {
        using var settings = new WholeSettings();
        Assert.Contains(sentence, settings.With("apps[1].databases", databases).Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Base_and_databases_at_once_and_databases_without_a_role_are_told()
    {
        using var both = new WholeSettings();
        Assert.Contains(
            "`apps[1].base` is wrong (in `desk`): it is `shop`, and a right one is left out where there is `databases`",
            both.With("apps[1].base", "\"shop\"").Refusal(),
            StringComparison.Ordinal
        );
        using var without = new WholeSettings();
        Assert.Contains(
            "`apps[1].database` is wrong (in `desk`): it is left out, and a right one names the role",
            without.With("apps[1].database", null).Refusal(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_usual_one_comes_first_and_base_is_short_for_it()
    {
        using var settings = new WholeSettings();
        settings.With("apps[1].databases", """{"reports": ["reports"], "default": ["shop_small", "shop"]}""");
        var (shop, desk) = (settings.Load().Apps[0], settings.Load().Apps[1]);
        Assert.Equal(["default (from shop)"], shop.AllDatabases.Select(d => d.Say()));
        Assert.False(shop.HasSeveralBases);
        Assert.Equal(
            ["default (from shop_small or shop)", "reports (from reports)"],
            desk.AllDatabases.Select(d => d.Say())
        );
        Assert.True(desk.HasSeveralBases);
        Assert.True(desk.Uses(BaseName.From("reports")!));
        Assert.False(shop.Uses(BaseName.From("reports")!));
    }

    [Fact]
    public void One_that_stands_alone_may_have_any_name()
    {
        using var settings = new WholeSettings();
        settings.With("apps[1].databases", """{"main": ["shop"]}""");
        var desk = settings.Load().Apps[1];
        Assert.Equal(["main (from shop)"], desk.AllDatabases.Select(d => d.Say()));
        Assert.False(desk.HasSeveralBases);
    }
}
