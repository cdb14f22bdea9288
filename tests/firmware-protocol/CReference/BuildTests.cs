using System.Globalization;

namespace TaserTelemetry.FirmwareProtocol.Tests.CReference;

public sealed class BuildTests
{
    [Fact]
    public async Task The_whole_dock_side_fits_in_8_KiB_of_a_Cortex_M0()
    {
        var built = await CBuild.ObjectAsync("arm-none-eabi-gcc", "cortex-m0", "-std=c99", "-Os", "-mcpu=cortex-m0", "-mthumb");
        var sizes = await SizesAsync("arm-none-eabi-size", built);
        Console.WriteLine($"C reference, Cortex-M0: text {sizes.Text} data {sizes.Data} bss {sizes.Bss}");
        Assert.InRange(sizes.Text, 1, CBuild.TextBytesMax);
        Assert.Equal((0, 0), (sizes.Data, sizes.Bss));
    }

    [Fact]
    public async Task The_code_of_the_whole_dock_side_fits_in_8_KiB_of_an_x86_64()
    {
        // Built as firmware is: at a fixed place, without tables for unwinding. The message tables are counted on Cortex-M0 only.
        string[] options = ["-std=c99", "-Os", "-fno-asynchronous-unwind-tables", "-fno-pie"];
        var built = await CBuild.ObjectAsync("gcc", "x86-64", options);
        var sections = await Tool.OutputAsync("size", ["-A", built]);
        var code = sections.Split('\n').Single(line => line.StartsWith(".text ", StringComparison.Ordinal));
        var bytes = int.Parse(code.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        Console.WriteLine($"C reference, x86-64: .text {bytes}");
        Assert.InRange(bytes, 1, CBuild.TextBytesMax);
    }

    [Fact]
    public async Task It_builds_as_Cpp_too() =>
        Assert.True(File.Exists(await CBuild.ObjectAsync("g++", "cpp", "-x", "c++", "-std=c++11", "-O1")));

    [Fact]
    public async Task It_needs_nothing_from_a_C_library_but_memcpy_and_memset()
    {
        var built = await CBuild.ObjectAsync("arm-none-eabi-gcc", "cortex-m0", "-std=c99", "-Os", "-mcpu=cortex-m0", "-mthumb");
        var symbols = await Tool.OutputAsync("arm-none-eabi-nm", ["-u", built]);
        string[] allowed = ["memcpy", "memset"];
        Assert.All(
            symbols.Split((char[])['\n', ' '], StringSplitOptions.RemoveEmptyEntries).Where(name => name != "U"),
            name => Assert.True(name.StartsWith("__aeabi_", StringComparison.Ordinal) || allowed.Contains(name), name)
        );
    }

    private static async Task<(int Text, int Data, int Bss)> SizesAsync(string size, string built)
    {
        var output = await Tool.OutputAsync(size, ["-B", built]);
        var fields = output.Split('\n')[1].Split('\t', ' ').Where(field => field.Length > 0).ToList();
        int Field(int index) => int.Parse(fields[index], CultureInfo.InvariantCulture);
        return (Field(0), Field(1), Field(2));
    }
}
