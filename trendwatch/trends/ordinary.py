"""Words too ordinary to name something new.

"makes", "less waste" and "union called" rise and fall with what happens and with how people write; none of
them names a thing. ``ORDINARY`` are the common verbs, adverbs, numbers, times and measures of English prose:
neither alone nor at the edge of a phrase are they part of a name. ``PLAIN`` are common nouns and adjectives,
which are none alone but begin and end many ("open source", "object store", "smart home"). Both were written
down from general knowledge of English. Only English: other languages pass unfiltered.
"""

from __future__ import annotations

ORDINARY = frozenset(
    """
    able absolutely accept accepted accepting accepts according achieve achieved across acting actual
    actually add added adding additional adds adopt adopted adopting adopts affect affected agree agreed
    agrees ahead aim aimed aims allow allowed allowing allows almost alone along already although always
    amid among amounts announce announced announcement announces announcing annual another answer answered
    answering answers anybody anyone anything anyway apart appear appeared appearing appears april around
    arrive arrived arrives arriving aside ask asked asking asks attempt august available average avoid
    avoided avoids away awesome back backed backing backs bad based basic basically basis bears beat beats
    became become becomes becoming began begin beginning begins begun behind believe believed believes
    benefit benefits better beyond bigger biggest billion bit bought break breaking breaks brief bring
    bringing brings broad broke broken brought build builds built bunch busy buy buying buys call called
    calling calls came capable carried carries carry carrying cause caused causes certain certainly
    changed changes changing chase cheap cheaper checked checking checks chief chiefs choose chooses chose
    chosen claim claimed claims clean clear clearly close closed closer closes closing co come comes
    coming common commonly compare compared compares complete completed completely concern concerned
    concerns consider considered contain contains continue continued continues convert corp correct could
    counted counting counts couple covered covers create created creates creating current currently cut
    cuts daily date dated dates de deals december decide decided decides decision decline deliver
    delivered delivers depend depends der described describes description designed despite develop
    developed developing develops die difference different difficult directly discover discuss discussed
    done doubled doubles doubt dozen dozens dr draw drawn draws driven drives drop dropped drops due
    during each earlier ease easier easily easy effective effectively effort efforts eight eighth either
    el eleven else emerge emerged emerges en enable enables ended ending ends enjoy enough ensure ensures
    entire entirely es especially et even eventually ever every everybody everyone everything everywhere
    exactly excellent except expect expected expects explain explained explains explore extra faced faces
    facing fact facts fail failed fails failure fair fairly fall fallen falling falls famous far faster
    fear fears featured february feel feels feet fell felt fewer fifteen fifth fifty fight figures fill
    filled final finally find finding finds fine finish finished first firsts fit fits fitted five fix
    fixed fixes fixing flexible focused focuses follow followed following follows forced former forms
    forty forward found four fourth fresh friday friendly fully fun further gain gained gains gave
    generally get gets getting give given gives giving gmbh goes going gone good got great greater
    greatest grew grow growing grown grows guess half halved handle hands happen happened happening
    happens happy harder hardly heads hear heard heavy held helped helpful helping helps hers hidden
    higher highest highly hit hits hold holding holds hope hoped hopes huge hundred hundreds immediately
    implement implementation implementations implemented important improve improved improves improving inc
    include included includes including increase increased increases increasing indeed inside instead
    integrate integrated interested interesting introduce introduced introduces introducing introduction
    involve involved january join joined joining joins july jumped jumps june keep keeping keeps kept
    kinds knew know knowing known knows la lack largely larger largest last lasting lately later latest
    latter launched launching lay lays le leaders leading leads learn learned learns least leave leaves
    leaving led left less let lets letters letting lightweight like liked likely likes limited listed
    little lived lives llc longer look looked looking looks lose loses losing loss lost lot lots love
    lower lowest ltd made main mainly maintain major make makes making manage managed manages many march
    marked marks matters maximum may maybe mean meaning means meant meet meets mention mere mid midnight
    might million millions mine minimal minimum minor miss missed missing moment moments monday months
    moreover mornings mostly moved moves moving mr mrs ms multiple must named near nearly necessary need
    needed needs neither never nevertheless newest newly next nice nights nine ninth nobody none noon
    normal normally noted nothing notice november now nowhere october odd offered offering offers official
    officials often old older oldest one ones onto opened opening opens opinion optional options ordered
    ordering orders ordinary original others otherwise ours outside overall partly passed passes past
    paying pays per percent perfect perform performs perhaps pieces placed places planned plays plc please
    plus pointed poor popular possible possibly powerful practical predict predicts prefer prepare
    prepared presented presents pretty prevent previous previously prior probably problems processed
    produce produced produces promise promised promises proper properly propose proposed prove proved
    proves provide provided provides providing publish published purpose pushed pushes put puts putting
    quickly quiet quite raise raised raises raising ran rapidly rather reach reached reaches reaching read
    reads ready really reason reasonable reasons receive received receives recent recently recorded reduce
    reduced reduces reducing refuse refused refuses regular regularly related released releases releasing
    remain remained remains remember remove removed removes removing repeat replace replaced replaces
    reply reported reporting reports requests require required requires respond rest return returned
    returns reveal revealed reveals rich right rise risen rises rising rose running runs safely safer said
    sale saturday save saved saves saving savings saw saying seconds see seeing seek seeks seem seemed
    seems seen sees sell selling sells send sending sends sent separate september serious seriously served
    serves sets seven seventh several shall shaped shapes shared shares shifts shorter shortly show showed
    showing shown shows shut sides signed similar simpler simply since sit six sixth sixty sizes slightly
    slow slower slowly smaller sold solve solved solves somebody somehow someone something sometimes
    somewhat somewhere soon sooner sorts speak speaks specific specifically specified spend spending
    spends spent spread spreading spreads standing stands start started starting starts states stay stayed
    staying stays still stood stop stopped stops straight strong stronger struggle successful successfully
    suddenly suggest suggested suggests suit suited sunday supported supporting supports sure take taken
    takes taking talk talking talks tell telling tells ten tend tested thanks therefore think thinking
    thinks thirty thought thousand thousands three threw throughout throw thursday thus tie tight tiny
    today together told tomorrow tonight took totally toward towards traditional treat tried tries true
    truly try trying tuesday turn turned turning turns twelve twenty twice two typical typically und
    understand unless unlike unlikely updated upon used useful uses using usual usually various wait
    waited waiting waits want wanted wants warn warned warns watched weak weaker wednesday weekly welcome
    well went whatever whenever wherever whether whichever whole whose wide widely wider willing win
    winning wins wish within without won wonder worked working works worried worry worse worst worth would
    write writes written wrong wrote yes yesterday yet young younger
    """.split()
)
PLAIN = frozenset(
    """
    ability act action actions agreement amount area areas autumn best big block board book books building
    care case cases century chance change check choice collection company control copy core cost costs
    count course cover credit credits custom customers cutting day days deal deep default demand demo
    design development direct drive driving early effect end entry evening event events example examples
    experience face family fast feature features figure file files firm firms fitting flat focus folder
    form free front full function future general ground group groups growth guide hand hard head help high
    hour hours idea ideas industry integration interest issue issues item items job jobs key kind large
    late launch launches lead leader leap letter level levels life light limit line lines list lists live
    living load local long low maker makers man mark matter measure meeting member members method methods
    mind minute minutes mix modern money month monthly morning move name names new news night note notes
    number numbers offer officer open option order owner owners pack package packages page pages paid pair
    paper papers part parts party pass pay people person piece place plain plan plans plant play point
    points position power present press price prices print private problem process processes processing
    product products program programs project projects public pull purchase push quality quarter question
    questions quick random range rapid rare rate reader readers reading real reality record records
    release repo report repository request research resource resources response result results review
    reviews round rule rules run safe sales sample scale schedule screen script scripts search season
    second section select sense series service services set setting settings shape share sharing sheet
    shift short side sign simple single size small smart soft solution solutions sort sound source sources
    special spring staff stage stand standalone standard starter state statement step steps store story
    strategies strategy study style subject success suite sum summer super supply support surprise swap
    switch table target targets task tasks team teams term terms test testing tests thing things third
    time times tip tips title tool tools top topic topics total touch town track trade trouble trust
    tutorial type types update updates usage use user users utility value values version versions view
    views visit walk wall waste watch watches way ways week weekend weeks west winter woman women word
    words work worker workers world writing year years zero
    """.split()
)
