namespace TestServers.Tests.Unit.House;

/// <summary>
/// A word has one meaning: the API document names schemas by their types, and two of one name became one schema.
/// </summary>
public sealed class TypeNamesTest
{
    [Fact]
    public void No_two_public_types_have_one_name()
    {
        var twice =
            from type in typeof(ConsoleSettings).Assembly.GetTypes()
            where type.IsPublic || type.IsNestedPublic
            group type.FullName by type.Name into named
            where named.Count() > 1
            select string.Join(" and ", named);
        Assert.Empty(twice);
    }
}
