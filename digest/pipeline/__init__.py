"""The three steps of a morning: fetch, compose, deliver.

pull      sources        Source -> Dumps
| parse   formats        Dump -> Listing (announcements and rejections)
| record  store          Listing -> Tally (pulled, new, known, rejected)     -- fetch
| select  selection      papers, Subscriber, had -> papers
| rank    ranking        papers, Interests -> Picks with Reasons, best first
| enqueue store.issues   Issue -> its row of the outbox, queued              -- compose
| claim   store.outbox   now -> Deliveries
| render  rendering      Issue -> Message
| send    mail           Envelope -> () or DeliveryError
| settle  store.outbox   Delivery, Status -> ()                              -- deliver

Each step may be run twice, or die anywhere, and the next run goes on from what the store says.
"""
