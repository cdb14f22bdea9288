namespace TaserTelemetry.FirmwareProtocol.Tests.Model;

/// <summary>What can happen next in a world, and what must never be.</summary>
internal sealed class Rules(Mistake mistake, int messagesMax)
{
    /// <summary>Every world that one step leads to: what the parties do, and what befalls them.</summary>
    public IEnumerable<World> Next(World world)
    {
        foreach (var message in world.OnTheirWay())
        {
            yield return world.Without(message); // lost
            yield return Delivered(world, message); // and still on its way: doubled
            yield return Delivered(world.Without(message), message);
        }

        for (var party = 0; party < World.Parties; party++)
        {
            foreach (var next in OfCarrier(world, party).Concat(OfDock(world, party)).Concat(OfGateway(world, party)))
            {
                yield return next;
            }
        }
    }

    /// <summary>What is wrong with a world, or null.</summary>
    public string? Wrong(World world)
    {
        for (var record = 0; record < World.Records; record++)
        {
            var held = World.Has(world.Held, 0, record) || World.Has(world.Held, 1, record);
            var durable = World.Has(world.Durable, 0, record) || World.Has(world.Durable, 1, record);
            if (!held && !durable)
            {
                return "a record is nowhere any more";
            }

            for (var gateway = 0; gateway < World.Parties; gateway++)
            {
                if (World.Has(world.Receipted, gateway, record) && !World.Has(world.Durable, gateway, record))
                {
                    return "a receipt was given for what is not durable";
                }

                if (World.Has(world.Counts, gateway, record))
                {
                    return "a record was counted twice";
                }
            }
        }

        return null;
    }

    /// <summary>Whether, once nothing goes wrong any more, everything held becomes durable within a bounded number of rounds.</summary>
    public bool Settles(World world)
    {
        for (var round = 0; round < 2; round++)
        {
            for (var party = 0; party < World.Parties; party++)
            {
                world = world with { CarrierAt = World.Set(world.CarrierAt, party, party) };
                world = World.Get(world.SessionOf, party) == World.Nobody ? Connected(world, party, 0) : Asked(world, party);
                for (var record = 0; record < World.Records; record++)
                {
                    world = Drained(Sent(Drained(world), party, record));
                }
            }
        }

        for (var party = 0; party < World.Parties; party++)
        {
            var gateway = World.Get(world.SessionOf, party);
            if ((World.Get(world.Held, party) & ~World.Get(world.Durable, gateway)) != 0)
            {
                return false;
            }
        }

        return true;
    }

    private World Drained(World world)
    {
        for (var step = 0; step < 3; step++)
        {
            foreach (var message in world.OnTheirWay().ToList())
            {
                world = Delivered(world.Without(message), message);
            }

            for (var gateway = 0; gateway < World.Parties; gateway++)
            {
                world = Synced(world, gateway);
            }
        }

        return world;
    }

    private static IEnumerable<World> OfCarrier(World world, int carrier)
    {
        for (var place = 0; place <= World.Nobody; place++)
        {
            yield return world with
            {
                CarrierAt = World.Set(world.CarrierAt, carrier, place),
            };
        }
    }

    private IEnumerable<World> OfDock(World world, int dock)
    {
        yield return Connected(world, dock, 0);
        yield return Connected(world, dock, 1);
        yield return Asked(world, dock);
        // Power lost: the docking session, its acks and the receipts not yet acted on are gone.
        yield return world with
        {
            SessionOf = World.Set(world.SessionOf, dock, World.Nobody),
            Acked = World.Set(world.Acked, dock, 0),
            Receipts = World.Set(world.Receipts, dock, 0),
        };
        for (var record = 0; record < World.Records; record++)
        {
            yield return Sent(world, dock, record);
            for (var carrier = 0; carrier < World.Parties; carrier++)
            {
                yield return Forgotten(world, dock, carrier, record);
            }
        }
    }

    private IEnumerable<World> OfGateway(World world, int gateway)
    {
        yield return Synced(world, gateway);
        // Killed: what was received and not yet durable is gone, and so are its docking sessions.
        var killed = world with
        {
            Received = World.Set(world.Received, gateway, 0),
        };
        for (var dock = 0; dock < World.Parties; dock++)
        {
            if (World.Get(world.SessionOf, dock) == gateway)
            {
                killed = killed with { SessionOf = World.Set(killed.SessionOf, dock, World.Nobody) };
            }
        }

        yield return killed;
        for (var dock = 0; dock < World.Parties; dock++)
        {
            for (var record = 0; record < World.Records; record++)
            {
                yield return Receipt(world, gateway, dock, record);
            }
        }
    }

    private static World Connected(World world, int dock, int gateway) =>
        world with
        {
            SessionOf = World.Set(world.SessionOf, dock, gateway),
            Session = World.Set(world.Session, dock, (World.Get(world.Session, dock) + 1) & 3),
            Acked = World.Set(world.Acked, dock, 0),
        };

    // Docked and Want: what the gateway does not have is wanted again, whatever was acked (clause 8.9).
    private World Asked(World world, int dock)
    {
        var gateway = World.Get(world.SessionOf, dock);
        return gateway == World.Nobody || mistake == Mistake.NeverAsksAgain
            ? world
            : world with
            {
                Acked = World.Set(world.Acked, dock, World.Get(world.Acked, dock) & World.Get(world.Durable, gateway)),
            };
    }

    private World Sent(World world, int dock, int record)
    {
        var gateway = World.Get(world.SessionOf, dock);
        var here = Enumerable.Range(0, World.Parties).Any(c => World.Get(world.CarrierAt, c) == dock && World.Has(world.Held, c, record));
        return gateway == World.Nobody || !here || World.Has(world.Acked, dock, record)
            ? world
            : world.With(new(Kind.Batch, dock, gateway, record, World.Get(world.Session, dock)), messagesMax);
    }

    private World Delivered(World world, InFlight message)
    {
        var (kind, dock, gateway, record, session) = message;
        switch (kind)
        {
            case Kind.Batch when World.Has(world.Durable, gateway, record):
                world = mistake == Mistake.CountsRepeats ? world with { Counts = World.Add(world.Counts, gateway, record) } : world;
                return world.With(message with { Kind = Kind.Ack }, messagesMax);
            case Kind.Batch:
                world = world with { Received = World.Add(world.Received, gateway, record) };
                return mistake == Mistake.ForgetsOnEarlyAck ? world.With(message with { Kind = Kind.Ack }, messagesMax) : world;
            case Kind.Ack when session == World.Get(world.Session, dock) && World.Get(world.SessionOf, dock) == gateway:
            case Kind.Ack when mistake == Mistake.NeverAsksAgain:
                return world with
                {
                    Acked = World.Add(world.Acked, dock, record),
                    Receipts = mistake == Mistake.ForgetsOnEarlyAck ? World.Add(world.Receipts, dock, record) : world.Receipts,
                };
            case Kind.Receipt:
                return world with { Receipts = World.Add(world.Receipts, dock, record) };
            default:
                return world;
        }
    }

    // One commit group: durable first, acks afterwards, to every dock that is connected here.
    private World Synced(World world, int gateway)
    {
        var fresh = World.Get(world.Received, gateway) & ~World.Get(world.Durable, gateway);
        world = world with
        {
            Durable = World.Set(world.Durable, gateway, World.Get(world.Durable, gateway) | fresh),
            Received = World.Set(world.Received, gateway, 0),
        };
        for (var dock = 0; dock < World.Parties; dock++)
        {
            for (var record = 0; record < World.Records && World.Get(world.SessionOf, dock) == gateway; record++)
            {
                if ((fresh & (1 << record)) != 0)
                {
                    world = world.With(new(Kind.Ack, dock, gateway, record, World.Get(world.Session, dock)), messagesMax);
                }
            }
        }

        return world;
    }

    private World Receipt(World world, int gateway, int dock, int record)
    {
        var known = mistake == Mistake.ReceiptBeforeFsync ? (byte)(world.Durable | world.Received) : world.Durable;
        return World.Has(known, gateway, record)
            ? (world with { Receipted = World.Add(world.Receipted, gateway, record) }).With(
                new(Kind.Receipt, dock, gateway, record, 0),
                messagesMax
            )
            : world;
    }

    // Clause 13.7: only a receipt permits forgetting.
    private static World Forgotten(World world, int dock, int carrier, int record) =>
        World.Get(world.CarrierAt, carrier) == dock && World.Has(world.Receipts, dock, record)
            ? world with
            {
                Held = (byte)(world.Held & ~(1 << ((2 * carrier) + record))),
            }
            : world;
}
