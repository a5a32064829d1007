"""Words that say nothing about a paper's subject: English, and what every abstract says."""

_WORDS = """
    a about above after again against all almost along already also although always among an and
    another any are around as at be became because become been before being below best better
    between both but by can cannot could did do does done down due during each either else enough
    etc even ever every few first five for four from further get give given go good had has have
    having he hence her here hers him his how however i if in indeed instead into is it its itself
    just keep know known last least less let like ll made mainly make many may me might mine more
    moreover most much must my near need neither never new next no nor not now of off often on once
    one only onto or other our out over own per perhaps put quite rather re really same second see
    seem several shall she should since so some still such take ten than that the their them then
    there thereby therefore these they third this those though three through thus to together too
    toward two under until up upon us use used using usually ve various very via want was way we
    well were what when where whereas whether which while who whose why will with within without
    would yet you your zero aren couldn didn doesn don far hasn haven isn shouldn wasn weren won
    wouldn
    ability able accord accurate achieve across address advance aim allow analysis analyze appear
    application applied apply approach article aspect assess available base based bases behavior
    build case certain challenge challenging change code combine common commonly compare comparison
    complex component comprehensive conclude condition conduct consider consist consistent contain
    context contribute contribution corresponding current currently datum demonstrate depend derive
    describe design despite detail determine develop development differ difference different
    difficult directly discuss dominant easy effect effective effectively effectiveness efficient
    employ enable enhance ensure establish evaluate evaluation evidence examine example exist
    existing experiment experimental explore extend extensive fact feature find finding focus follow
    following form framework full fully fundamental furthermore future gap general generally
    generate github goal good great group help high higher highly http https identify impact
    implement important importantly improve improvement include including increase increasingly
    indicate individual inform information insight introduce investigate involve issue key lack
    large largely lead level leverage limit limitation limited long low main major mean measure
    method model month multiple namely nature novel number numerous observe obtain offer open
    outperform overall paper part particular particularly perform performance point popular possible
    potential practical present previous previously prior problem process produce project promising
    propose proposed provide publicly purpose question range recent recently reduce reflect relate
    related relatively release rely remain report represent require research result reveal review
    rise role scenario school scope section seek set setting show shown significant significantly
    similar simple simply small solution solve source specific specifically standard state step
    strong study substantial success suggest superior support system task technique term test
    therefore today tool traditional type typical typically understand understanding unique useful
    usual valid value vary wide widely work world year yield
"""
STOPWORDS = frozenset(_WORDS.split())
